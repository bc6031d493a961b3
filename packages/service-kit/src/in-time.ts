import type { Queryable } from '@soc/db-cluster';
import type { FastifyRequest } from 'fastify';

/** What is left of the time that whoever asked waits, as the gateway says. */
const TIMEOUT_HEADER = 'x-request-timeout-ms';

/** Reads through what it returns are cancelled on the server when nobody waits for them any more. */
export type InTime = (read: Queryable) => Queryable;

/** Counts from now; without a deadline reads are as they were. Past it, a read has a millisecond to be refused in. */
export function createInTime({ headers }: Pick<FastifyRequest, 'headers'>): InTime {
  const receivedAtMs = performance.now();
  return (read) => {
    const givenMs = Number(headers[TIMEOUT_HEADER]);
    if (!Number.isInteger(givenMs) || givenMs < 1) return read;
    return {
      query: <Row extends object>(...[statement, options]: Parameters<Queryable['query']>) => {
        const leftMs = Math.max(1, Math.ceil(receivedAtMs + givenMs - performance.now()));
        return read.query<Row>(statement, { ...options, timeoutMs: Math.min(options?.timeoutMs ?? leftMs, leftMs) });
      },
    };
  };
}
