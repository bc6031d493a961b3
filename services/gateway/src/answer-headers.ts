import { badRequest } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Passage } from './passage.ts';
import { rateFields } from './rate-headers.ts';

const CONTENT_POLICY = 'content-security-policy';

/** On every answer: it is data, not a page, nobody frames it, nobody guesses its type, nobody keeps it unasked. */
const SECURITY: readonly string[] = Object.entries({
  'cache-control': 'no-store',
  [CONTENT_POLICY]: "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}).flat();

/** Only of use, and only allowed, where the connection with the client is TLS (RFC 6797, section 7.2). */
const SECURITY_OVER_TLS = [...SECURITY, 'strict-transport-security', 'max-age=63072000; includeSubDomains'];

/** Throws 400 for a target that is no path. */
export function demandPath(request: FastifyRequest): void {
  // The absolute form is for proxies that go where the client says (RFC 9112, section 3.2.2). This one does not.
  if (!request.url.startsWith('/')) throw badRequest('request.malformed', 'the request target must be a path');
}

/** What every answer to the request carries that does not say otherwise; names and values in turn. */
export const standingFields = ({ passage, protocol }: FastifyRequest): readonly string[] =>
  standingFieldsOf(passage, protocol === 'https' ? SECURITY_OVER_TLS : SECURITY);

/** The same for an answer of which no more is known. */
export function standingFieldsOf(
  { traceparent, rate }: Pick<Passage, 'traceparent' | 'rate'>,
  security = SECURITY,
): readonly string[] {
  const fields = ['traceparent', traceparent, ...security];
  return rate ? fields.concat(rateFields(rate)) : fields;
}

/** Puts them on an answer that is given here, where it has none of its own. */
export function addStandingFields(request: FastifyRequest, reply: FastifyReply): void {
  const fields = standingFields(request);
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const isLeftOut = name === CONTENT_POLICY && request.passage.isPage;
    if (!isLeftOut && !reply.hasHeader(name)) reply.header(name, fields[i + 1]);
  }
}
