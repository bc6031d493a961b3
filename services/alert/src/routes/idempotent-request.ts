import { createHash } from 'node:crypto';
import { invalidRequest, type RouteContext, unprocessable } from '@soc/service-kit';
import type { IdempotentRequest } from '../domain/replay.ts';
import type { Answered } from '../idempotency.ts';

/** Printable ASCII, as the value of a header that is a token or a quoted string. */
const KEY = /^[\u0020-\u007E]{1,255}$/;

type Asked = Pick<RouteContext<never>, 'request' | 'origin'> & { readonly body: unknown };

/** The request's Idempotency-Key with a hash of what it asks; undefined without one. Throws 400 for one that is none. */
export function idempotentRequest({ request, origin, body }: Asked): IdempotentRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw invalidRequest([{ path: 'headers.idempotency-key', message: '1 to 255 printable ASCII characters' }]);
  }
  const asked = JSON.stringify([request.method, request.url, body]);
  return { tenantId: origin.tenantId, key, requestHash: createHash('sha256').update(asked).digest('base64url') };
}

/** The answer, new or repeated. Throws 422 where the key was used for another request. */
export function answerOf<Answer>(answered: Answered<Answer>): Answer {
  if (answered.ok) return answered.answer;
  throw unprocessable('idempotency.key_reused', 'this Idempotency-Key was used for another request');
}
