import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** The signatures that are made and accepted: with RSA keys and with EC keys on P-256, and nothing else. */
export type SignatureAlgorithm = 'RS256' | 'ES256';

/** A public key and the one algorithm it is good for: what the header of a token claims is never what decides. */
export interface VerifyingKey {
  readonly key: KeyObject;
  readonly algorithm: SignatureAlgorithm;
}

/** A public key as published in a JWKS (RFC 7517). */
export type PublicJwk = JsonWebKey & {
  readonly kty: 'RSA' | 'EC';
  readonly kid: string;
  readonly alg: SignatureAlgorithm;
  readonly use: 'sig';
};

/** The algorithm of a key; undefined for a kind of key that signs no tokens. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SignatureAlgorithm | undefined {
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return 'RS256';
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
}

/** RFC 7638 thumbprint, the key id: the same key has the same id on every replica. The order of members is the RFC's. */
const thumbprint = ({ crv, e, kty, n, x, y }: JsonWebKey): string =>
  createHash('sha256')
    .update(JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { e, kty, n }))
    .digest('base64url');

/** The public JWK of a private or public key. Throws for a key that is neither RSA of 2,048 bits or more nor P-256. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  const algorithm = algorithmOf(publicKey);
  if (!algorithm) throw new Error('a key of tokens must be RSA of at least 2048 bits, or EC on P-256');
  const jwk = publicKey.export({ format: 'jwk' });
  return { ...jwk, kty: algorithm === 'RS256' ? 'RSA' : 'EC', kid: thumbprint(jwk), alg: algorithm, use: 'sig' };
}
