import { invalidRequest } from '@soc/service-kit';
import type { FastifyRequest } from 'fastify';
import { MAX_TIMEOUT_MS, parseTimeoutMs, TIMEOUT_HEADER } from './domain/deadline.ts';

/** Notes how long the client waits, counted from when its request came. Throws 400 for a header that cannot be one. */
export function beginDeadline({ headers, passage }: FastifyRequest): void {
  const timeoutMs = parseTimeoutMs(headers[TIMEOUT_HEADER]);
  if (timeoutMs === undefined) return;
  if (timeoutMs === 'invalid') {
    const message = `must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`;
    throw invalidRequest([{ path: `headers.${TIMEOUT_HEADER}`, message }]);
  }
  passage.deadlineAtMs = performance.now() + timeoutMs;
}
