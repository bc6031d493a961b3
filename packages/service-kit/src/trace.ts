import { randomBytes } from 'node:crypto';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w.:-]{8,128}$/;

/** Of a trace and a span. */
const ID_CHARS = 48;
let pool = '';
let used = 0;

/** A new sampled W3C trace context. Random bytes are drawn 128 traces at a time. */
export function createTraceparent(): string {
  if (used === pool.length) {
    pool = randomBytes((ID_CHARS / 2) * 128).toString('hex');
    used = 0;
  }
  const start = used;
  used += ID_CHARS;
  return `00-${pool.slice(start, start + 32)}-${pool.slice(start + 32, used)}-01`;
}

/** The caller's trace context when it is well formed, a new one otherwise. */
export const traceparentOf = (header: unknown): string =>
  typeof header === 'string' && TRACEPARENT.test(header) ? header : createTraceparent();

/** The caller's request id when it is harmless, undefined otherwise. */
export const requestIdOf = (header: unknown): string | undefined =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : undefined;
