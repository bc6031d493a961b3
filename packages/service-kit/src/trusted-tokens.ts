import type { ServiceName } from '@soc/contracts';
import {
  createTokenVerifier,
  type KeySource,
  remoteKeySource,
  type TokenVerifier,
  type TrustedIssuer,
} from '@soc/identity';
import type { BaseConfig, DatabaseConfig } from './config.ts';

/** Where the public keys come from of those who may say who asks. */
export interface KeySources {
  /** Of access tokens and service tokens. */
  readonly auth: KeySource;
  /** Of internal tokens. */
  readonly gateway: KeySource;
}

/** Issuer of internal tokens (ADR 0022). */
export const GATEWAY_ISSUER = 'gateway';

/** The gateway itself is told of no other gateway's keys, and trusts none. */
export function remoteKeySources(config: BaseConfig & Partial<DatabaseConfig>, nowMs: () => number): KeySources {
  const { GATEWAY_JWKS_URL } = config;
  return {
    auth: remoteKeySource(config.AUTH_JWKS_URL, nowMs),
    gateway:
      GATEWAY_JWKS_URL === undefined ? () => Promise.resolve(undefined) : remoteKeySource(GATEWAY_JWKS_URL, nowMs),
  };
}

/** Whom a service behind the gateway believes: the gateway and auth, each only in what is meant for this service. */
export const trustedBy = (
  service: ServiceName,
  { AUTH_ISSUER }: Pick<BaseConfig, 'AUTH_ISSUER'>,
  { auth, gateway }: KeySources,
): readonly TrustedIssuer[] => [
  { issuer: GATEWAY_ISSUER, audience: service, keys: gateway },
  { issuer: AUTH_ISSUER, audience: service, keys: auth },
];

/** The verifier of a service: people's own tokens are for the gateway, and nobody else takes them. */
export function verifierOf(
  service: ServiceName,
  config: BaseConfig,
  { keySources, nowMs }: { readonly keySources: KeySources; readonly nowMs: () => number },
): TokenVerifier {
  const people = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE, keys: keySources.auth };
  const trusted = service === 'gateway' ? [people] : trustedBy(service, config, keySources);
  return createTokenVerifier({ trusted, nowMs });
}
