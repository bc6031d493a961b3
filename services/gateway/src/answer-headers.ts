import { badRequest, traceparentOf } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** On every answer: it is data, not a page, nobody frames it, nobody guesses its type, nobody keeps it unasked. */
const SECURITY: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Only of use, and only allowed, where the connection with the client is TLS (RFC 6797, section 7.2). */
const TLS_FOR_TWO_YEARS = 'max-age=63072000; includeSubDomains';

/** Sets what every answer carries, and gives the request its trace. Throws 400 for a target that is no path. */
export function setAnswerHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const traceparent = traceparentOf(request.headers['traceparent']);
  request.headers['traceparent'] = traceparent;
  reply.header('traceparent', traceparent);
  for (const name in SECURITY) reply.header(name, SECURITY[name]);
  if (request.protocol === 'https') reply.header('strict-transport-security', TLS_FOR_TWO_YEARS);
  // The absolute form is for proxies that go where the client says (RFC 9112, section 3.2.2). This one does not.
  if (!request.url.startsWith('/')) throw badRequest('request.malformed', 'the request target must be a path');
}
