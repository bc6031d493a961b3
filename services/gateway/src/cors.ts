import type { FastifyReply, FastifyRequest } from 'fastify';

const EXPOSED = [
  'x-request-id',
  'traceparent',
  'x-consistency-token',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'ratelimit-policy',
  'ratelimit',
  'retry-after',
  'age',
  'x-cache',
].join(', ');

/** What a page may send: what the API reads, and nothing that only the gateway may say. */
const ALLOWED = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'traceparent',
  'x-api-key',
  'x-consistency-token',
  'x-request-id',
  'x-request-timeout-ms',
].join(', ');

const PREFLIGHT_KEPT_S = 600;

/** Where pages of some origins may read answers, these differ by who asks. */
export const varyOf = (origins: readonly string[]): 'origin' | undefined => (origins.length > 0 ? 'origin' : undefined);

/**
 * Lets pages of the configured origins read answers (https://fetch.spec.whatwg.org/#http-cors-protocol); never with cookies,
 * of which the API has none. Whether the request was a preflight, which is answered here and now.
 */
export function createCors(
  origins: () => readonly string[],
): (request: FastifyRequest, reply: FastifyReply) => boolean {
  let known: readonly string[] | undefined;
  let allowed = new Set<string>();
  return (request, reply) => {
    const current = origins();
    if (current !== known) allowed = new Set(current.map((url) => new URL(url).origin));
    known = current;
    if (allowed.size === 0) return false;
    const { origin } = request.headers;
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    reply.header(
      'vary',
      isPreflight ? 'origin, access-control-request-method, access-control-request-headers' : varyOf(current),
    );
    if (origin === undefined || !allowed.has(origin)) return false;
    reply.header('access-control-allow-origin', origin);
    reply.header('cross-origin-resource-policy', 'cross-origin');
    if (!isPreflight) {
      reply.header('access-control-expose-headers', EXPOSED);
      return false;
    }
    reply.header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
    reply.header('access-control-allow-headers', ALLOWED);
    reply.header('access-control-max-age', PREFLIGHT_KEPT_S);
    void reply.code(204).send();
    return true;
  };
}
