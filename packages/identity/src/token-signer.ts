import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Principal } from './principal.ts';

/** A public key as published in a JWKS (RFC 7517), RS256 for signatures. */
export type PublicJwk = JsonWebKey & { readonly kid: string; readonly alg: 'RS256'; readonly use: 'sig' };

export interface SignOptions {
  /** For whom; the signer's audience when absent. */
  readonly audience?: string;
  /** `iat`, in seconds since the epoch; now when absent. */
  readonly issuedAtS?: number;
}

export interface TokenSigner {
  /** Signs an access token (RS256) that lives `ttlS` seconds. */
  readonly sign: (principal: Principal, ttlS: number, options?: SignOptions) => string;
  readonly jwk: PublicJwk;
}

/** RFC 7638 thumbprint, the key id: the same key has the same id on every replica. */
const thumbprint = ({ e, kty, n }: JsonWebKey): string =>
  createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');

/** The public JWK of an RSA key. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return { ...jwk, kid: thumbprint(jwk), alg: 'RS256', use: 'sig' };
}

/** Signs access tokens with an RSA private key in PEM. Throws when the PEM is not an RSA private key. */
export function createTokenSigner(options: {
  readonly privateKeyPem: string;
  readonly issuer: string;
  readonly audience: string;
}): TokenSigner {
  const privateKey = createPrivateKey(options.privateKeyPem);
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('the signing key must be an RSA private key in PEM');
  const jwk = publicJwkOf(privateKey);
  return {
    jwk,
    sign: ({ kind, subject, name, tenantId, roles, permissions, sessionId, makerId }, ttlS, given = {}) =>
      jwt.sign(
        {
          name,
          kind,
          tenant: tenantId,
          roles,
          permissions: [...permissions],
          ...(sessionId !== undefined && { sid: sessionId }),
          ...(makerId !== undefined && { by: makerId }),
          ...(given.issuedAtS !== undefined && { iat: given.issuedAtS }),
        },
        privateKey,
        {
          algorithm: 'RS256',
          keyid: jwk.kid,
          issuer: options.issuer,
          audience: given.audience ?? options.audience,
          subject,
          expiresIn: ttlS,
        },
      ),
  };
}
