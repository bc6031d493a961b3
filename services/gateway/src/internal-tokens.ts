import type { ServiceName } from '@soc/contracts';
import { createTokenSigner, type Principal, type PublicJwk } from '@soc/identity';
import { GATEWAY_ISSUER } from '@soc/service-kit';

/** How the gateway tells a service who asks: a token that it signed itself, good for this service and for a minute (ADR 0022). */
export interface InternalTokens {
  /** The value of `authorization` for a principal's request to a service. */
  readonly authorizationFor: (principal: Principal, service: ServiceName) => string;
  /** The public keys, that which signs first. */
  readonly jwks: readonly PublicJwk[];
}

interface Signed {
  readonly authorization: string;
  readonly renewAtMs: number;
}

const TTL_S = 60;
const RENEW_AFTER_MS = (TTL_S / 2) * 1000;

/**
 * Signs with the first of the keys, in PEM. What was signed is kept for half its life with the principal, which is one object
 * for as long as its access token is remembered: signing is no part of most requests.
 */
export function createInternalTokens(keyPems: readonly string[], nowMs: () => number): InternalTokens {
  const [privateKeyPem = '', ...otherKeyPems] = keyPems;
  const signer = createTokenSigner({ privateKeyPem, otherKeyPems, issuer: GATEWAY_ISSUER, audience: '', nowMs });
  if (signer.jwks.some(({ alg }) => alg !== 'ES256')) throw new Error('keys of internal tokens must be EC on P-256');
  const kept = new WeakMap<Principal, Partial<Record<ServiceName, Signed>>>();

  return {
    jwks: signer.jwks,
    authorizationFor: (principal, service) => {
      let signed = kept.get(principal);
      if (!signed) kept.set(principal, (signed = {}));
      const known = signed[service];
      if (known && known.renewAtMs > nowMs()) return known.authorization;
      const authorization = `Bearer ${signer.sign(principal, TTL_S, { audience: service })}`;
      signed[service] = { authorization, renewAtMs: nowMs() + RENEW_AFTER_MS };
      return authorization;
    },
  };
}
