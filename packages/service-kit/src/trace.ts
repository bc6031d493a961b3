import { createTraceparent, readTraceparent } from '@soc/tracing';

const REQUEST_ID = /^[\w.:-]{8,128}$/;

/** The caller's trace context when it is well formed, a new one, which nobody records, otherwise. */
export const traceparentOf = (header: unknown): string => readTraceparent(header) ?? createTraceparent();

/** The caller's request id when it is harmless, undefined otherwise. */
export const requestIdOf = (header: unknown): string | undefined =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : undefined;
