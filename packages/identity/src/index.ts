export { fixedKeySource, type KeySource, remoteKeySource } from './key-source.ts';
export { isAllowed, type Principal } from './principal.ts';
export { createTokenSigner, publicJwkOf, type PublicJwk, type TokenSigner } from './token-signer.ts';
export { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';
