import { randomFillSync } from 'node:crypto';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w.:-]{8,128}$/;

const pool = Buffer.alloc(24 * 128);
let used = pool.length;

/** A new sampled W3C trace context. Random bytes are drawn 128 traces at a time. */
export function createTraceparent(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, (used += 24));
  return `00-${bytes.toString('hex', 0, 16)}-${bytes.toString('hex', 16)}-01`;
}

/** The caller's trace context when it is well formed, a new one otherwise. */
export const traceparentOf = (header: unknown): string =>
  typeof header === 'string' && TRACEPARENT.test(header) ? header : createTraceparent();

/** The caller's request id when it is harmless, undefined otherwise. */
export const requestIdOf = (header: unknown): string | undefined =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : undefined;
