import { invalidRequest } from '@soc/service-kit';
import type { FastifyRequest } from 'fastify';
import { MAX_TIMEOUT_MS, parseTimeoutMs, TIMEOUT_HEADER } from './domain/deadline.ts';

/** How long the clients of requests wait, counted from when their requests came. */
export interface RequestDeadlines {
  /** Throws 400 for a header that cannot be one. */
  readonly begin: (request: FastifyRequest) => void;
  /** On the clock of `performance.now()`; undefined when the client did not say. */
  readonly of: (request: FastifyRequest) => number | undefined;
}

export function createRequestDeadlines(): RequestDeadlines {
  const deadlines = new WeakMap<FastifyRequest, number>();
  return {
    begin: (request) => {
      const timeoutMs = parseTimeoutMs(request.headers[TIMEOUT_HEADER]);
      if (timeoutMs === undefined) return;
      if (timeoutMs === 'invalid') {
        const message = `must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`;
        throw invalidRequest([{ path: `headers.${TIMEOUT_HEADER}`, message }]);
      }
      deadlines.set(request, performance.now() + timeoutMs);
    },
    of: (request) => deadlines.get(request),
  };
}
