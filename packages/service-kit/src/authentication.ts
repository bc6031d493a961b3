import type { EndpointSpec, TokenLimit } from '@soc/contracts';
import { isAllowed, type Principal, type TokenVerifier } from '@soc/identity';
import type { FastifyRequest } from 'fastify';
import { forbidden, type HttpProblem, unauthenticated, unavailable } from './problems.ts';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Who sent the request; undefined without a valid access token. At once for a token that is remembered; rejects with 503 when the
 * keys of tokens cannot be had.
 */
export function identify(
  request: FastifyRequest,
  verifier: Pick<TokenVerifier, 'verify'>,
): Principal | undefined | Promise<Principal | undefined> {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const found = verifier.verify(token);
  if (!(found instanceof Promise)) return found;
  return found.catch((error: unknown) => {
    request.log.warn({ err: error }, 'keys of access tokens not available');
    throw unavailable('auth.unavailable', 'access tokens cannot be checked right now');
  });
}

const LIMITED: Readonly<Record<TokenLimit, string>> = {
  mfa_enrolment: 'a second factor must be enrolled first, by /api/v1/auth/mfa/begin',
  password_change: 'another password must be chosen first, by /api/v1/auth/me/password',
};

/** Why a principal, or nobody, may not call an endpoint: 401, or 403; undefined for who may. */
export function refusalOf(
  { permission, openDuring = [] }: Pick<EndpointSpec, 'permission' | 'openDuring'>,
  principal: Principal | undefined,
): HttpProblem | undefined {
  if (permission === 'public') return undefined;
  if (!principal) return unauthenticated('auth.unauthenticated', 'a valid access token is required');
  const { limit } = principal;
  if (limit && !openDuring.includes(limit)) return forbidden(`auth.${limit}_required`, LIMITED[limit]);
  if (permission === 'authenticated' || isAllowed(principal, permission)) return undefined;
  return forbidden('auth.forbidden', `this needs the permission ${permission}`);
}

/** Refuses who may not call an endpoint. Throws 401 for nobody, 403 for a missing permission and for a limited token. */
export function authorise(
  spec: Pick<EndpointSpec, 'permission' | 'openDuring'>,
  principal: Principal | undefined,
): void {
  const refusal = refusalOf(spec, principal);
  if (refusal) throw refusal;
}

/** The principal an endpoint demands. Throws 401 for no or a bad token, 403 for a missing permission. */
export async function authenticate(
  spec: EndpointSpec,
  request: FastifyRequest,
  verifier: Pick<TokenVerifier, 'verify'>,
): Promise<Principal | undefined> {
  const principal = await identify(request, verifier);
  authorise(spec, principal);
  return principal;
}
