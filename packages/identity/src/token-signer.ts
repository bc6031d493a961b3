import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { claimsOf } from './claims.ts';
import type { Principal } from './principal.ts';
import { type PublicJwk, publicJwkOf } from './verifying-key.ts';

export interface SignOptions {
  /** For whom; the signer's audience when absent. */
  readonly audience?: string;
  /** `iat`, in seconds since the epoch; now when absent. */
  readonly issuedAtS?: number;
}

export interface TokenSigner {
  /** Signs a token that lives `ttlS` seconds. */
  readonly sign: (principal: Principal, ttlS: number, options?: SignOptions) => string;
  /** The public half of the key that signs. */
  readonly jwk: PublicJwk;
  /** All that is to be published: that key first, then the others. */
  readonly jwks: readonly PublicJwk[];
}

/**
 * Signs tokens with a private key in PEM: RS256 with RSA, ES256 with EC on P-256. `otherKeyPems`, private or public, sign
 * nothing and are published beside it: the next one before it signs, the last one until what it signed has expired. Throws
 * for a PEM that is no such key.
 */
export function createTokenSigner(options: {
  readonly privateKeyPem: string;
  readonly otherKeyPems?: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  readonly nowMs?: () => number;
}): TokenSigner {
  const { privateKeyPem, otherKeyPems = [], issuer, nowMs = () => Date.now() } = options;
  const privateKey = createPrivateKey(privateKeyPem);
  const jwk = publicJwkOf(privateKey);
  const others = otherKeyPems.map((pem) => publicJwkOf(publicKeyOf(pem)));
  return {
    jwk,
    jwks: [jwk, ...others.filter(({ kid }) => kid !== jwk.kid)],
    sign: (principal, ttlS, { audience = options.audience, issuedAtS = nowMs() / 1000 } = {}) =>
      jwt.sign({ ...claimsOf(principal), iat: issuedAtS }, privateKey, {
        algorithm: jwk.alg,
        keyid: jwk.kid,
        issuer,
        audience,
        subject: principal.subject,
        expiresIn: ttlS,
      }),
  };
}

/** `createPublicKey` takes the public half of a private key as well. */
const publicKeyOf = (pem: string): KeyObject => createPublicKey(pem);
