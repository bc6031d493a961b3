import type { Revocation } from '@soc/contracts/auth/revocations';
import { createTokenVerifier, type TokenVerifier, type VerifiedToken } from '@soc/identity';
import { Counter, Gauge } from '@soc/monitoring';
import type { EdgePlatform } from '@soc/service-kit';
import type { AuthClient } from './auth-client.ts';
import type { GatewayConfig } from './config.ts';
import { concerns, createRevocationList } from './domain/revocation-list.ts';
import type { OpenStreams } from './open-streams.ts';
import { createRevocationFeed, type RevocationFeed } from './revocation-feed.ts';
import type { ServiceToken } from './service-token.ts';

/** Whose access tokens are taken, and what takes them back. */
export interface Revocations {
  /**
   * Of access tokens; what is revoked is refused within `REVOCATION_POLL_MS` and a little. Throws for a token from before the
   * start of this process until auth has told what it revoked.
   */
  readonly verifier: TokenVerifier;
  readonly feed: RevocationFeed;
}

/** Tokens tell their life with a fraction of a second. */
const ROUNDING_MS = 1_000;

/**
 * Follows the revocations of auth: what is remembered of a token is forgotten, the token is refused from then on, and the
 * event streams of its principal end. Nothing on the way of a request asks anybody.
 */
export function createRevocations(
  { config, keySources, registry, log, now }: EdgePlatform<GatewayConfig>,
  parts: {
    readonly auth: AuthClient;
    readonly serviceToken: ServiceToken;
    readonly openStreams: Pick<OpenStreams, 'endOf'>;
  },
): Revocations {
  const nowMs = (): number => now().getTime();
  const keepMs = config.REVOCATION_KEEP_S * 1_000;
  const list = createRevocationList(keepMs);
  const refused = new Counter({
    name: 'soc_gateway_revoked_tokens_total',
    help: 'Times that an access token was shown that is good but for having been revoked.',
    registers: [registry],
  });
  const startedAtMs = nowMs();
  const isRevoked = ({ principal, issuedAtMs }: VerifiedToken): boolean => list.isRevoked(principal, issuedAtMs);

  const verifier = createTokenVerifier({
    trusted: [{ issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE, keys: keySources.auth }],
    nowMs,
    isRefused: (token) => {
      // Its revocation could have been forgotten.
      if (token.expiresAtMs - token.issuedAtMs > keepMs + ROUNDING_MS) return true;
      // So could it have been before this process started. The answer is 503: the token may well be good.
      if (token.issuedAtMs < startedAtMs && !feed.wasHeard()) throw new Error('nothing was heard of revocations yet');
      if (!isRevoked(token)) return false;
      refused.inc();
      return true;
    },
  });

  const onHeard = (revocations: readonly Revocation[]): void => {
    list.prune(nowMs());
    const news = revocations.filter((revocation) => list.add(revocation));
    if (news.length === 0) return;
    verifier.forget(isRevoked);
    parts.openStreams.endOf((principal) => news.some((revocation) => concerns(revocation, principal)));
    log.info({ revocations: news.length }, 'revoked');
  };

  const feed = createRevocationFeed({ ...parts, everyMs: config.REVOCATION_POLL_MS, onHeard, log });
  observe(registry, { ageS: feed.ageS, size: list.size });
  return { verifier, feed };
}

function observe(
  registry: EdgePlatform<GatewayConfig>['registry'],
  { ageS, size }: { readonly ageS: () => number; readonly size: () => number },
): void {
  const age = new Gauge({
    name: 'soc_gateway_revocations_age_seconds',
    help: 'Since auth last told what it revoked; infinite before the first time.',
    registers: [registry],
    collect: () => {
      age.set(ageS());
    },
  });
  const known = new Gauge({
    name: 'soc_gateway_revocations_known',
    help: 'Users, sessions and keys with tokens that may still be refused.',
    registers: [registry],
    collect: () => {
      known.set(size());
    },
  });
}
