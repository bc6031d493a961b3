export { fixedKeySource, type KeySource, remoteKeySource } from './key-source.ts';
export { isAllowed, type Principal } from './principal.ts';
export { newSigningRing, parseSigningRing, signingKeyIdOf, SigningRingData } from './signing-ring.ts';
export { createTokenSigner, type TokenSigner } from './token-signer.ts';
export { createTokenVerifier, type TokenVerifier, type TrustedIssuer, type VerifiedToken } from './token-verifier.ts';
export { type PublicJwk, publicJwkOf, type SignatureAlgorithm, type VerifyingKey } from './verifying-key.ts';
