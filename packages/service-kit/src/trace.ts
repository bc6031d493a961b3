import { uuidv7 } from '@soc/contracts';
import { createTraceparent, readTraceparent } from '@soc/tracing';

const REQUEST_ID = /^[\w.:-]{8,128}$/;

/** The caller's trace context when it is well formed, a new one, which nobody records, otherwise. */
export const traceparentOf = (header: unknown): string => readTraceparent(header) ?? createTraceparent();

/** The caller's request id when it is harmless, undefined otherwise. */
const requestIdOf = (header: unknown): string | undefined =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : undefined;

/** The id of a request: what its `x-request-id` says when that is harmless, a new UUIDv7 otherwise. */
export const requestIdFrom = (header: unknown, nowMs: number): string => requestIdOf(header) ?? uuidv7(nowMs);
