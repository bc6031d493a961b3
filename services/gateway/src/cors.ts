import type { FastifyReply, FastifyRequest } from 'fastify';

const EXPOSED = [
  'x-request-id',
  'traceparent',
  'x-consistency-token',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
].join(', ');

const PREFLIGHT_KEPT_S = 600;

/**
 * Lets pages of the configured origins read answers (https://fetch.spec.whatwg.org/#http-cors-protocol). Whether the
 * request was a preflight, which is answered here and now.
 */
export function createCors(origins: readonly string[]): (request: FastifyRequest, reply: FastifyReply) => boolean {
  const allowed = new Set(origins.map((url) => new URL(url).origin));
  return (request, reply) => {
    const { origin } = request.headers;
    if (allowed.size === 0) return false;
    reply.header('vary', 'origin');
    if (origin === undefined || !allowed.has(origin)) return false;
    reply.header('access-control-allow-origin', origin);
    reply.header('cross-origin-resource-policy', 'cross-origin');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      reply.header('access-control-expose-headers', EXPOSED);
      return false;
    }
    reply.header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
    reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
    reply.header('access-control-max-age', PREFLIGHT_KEPT_S);
    void reply.code(204).send();
    return true;
  };
}
