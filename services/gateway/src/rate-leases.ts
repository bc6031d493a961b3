import type { RateRule, RateVerdict } from './domain/gcra.ts';
import type { Counts } from './domain/rate-rules.ts';

/** What Redis says to a request for `count` at once. */
export interface RateGrant {
  /** The one that refuses, or else has the least left. */
  readonly rule: RateRule;
  /** How many of them may be sent; 0 when not even one. */
  readonly granted: number;
  /** That could be sent at once after these. */
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly resetMs: number;
}

/** Undefined while Redis does not answer. */
type Ask = (counts: Counts, count: number) => Promise<RateGrant | undefined>;

interface Lease {
  left: number;
  readonly grant: RateGrant;
  readonly askedAtMs: number;
  /** Requests since it was asked for: the next one is as large as they say. */
  used: number;
}

/** A lease is for so long, and what is left of it then is lost to its caller: little, since it is as large as was used. */
const LEASE_MS = 1_000;
/** No lease takes more of what may come at once. */
const LARGEST_SHARE = 32;
const MAX_CALLERS = 10_000;

/**
 * Takes in advance, for whoever sends much, what the next second will need, so that Redis is asked once a second
 * for a caller and not for each request. Never lets more through than Redis granted; small limits are asked for one
 * by one and are exact. Who was refused is refused here until the time that Redis named.
 */
export function createRateLeases(
  ask: Ask,
  nowMs: () => number,
): (counts: Counts) => RateVerdict | undefined | Promise<RateVerdict | undefined> {
  const leases = new Map<string, Lease>();
  const pending = new Map<string, Promise<RateGrant | undefined>>();

  const verdictOf = ({ grant, left }: Lease, sinceMs: number): RateVerdict => {
    const allowed = grant.granted > 0;
    return {
      rule: grant.rule,
      allowed,
      remaining: grant.remaining + left,
      retryAfterS: allowed ? 0 : Math.max(1, Math.ceil((grant.retryAfterMs - sinceMs) / 1000)),
      resetS: Math.max(0, Math.ceil((grant.resetMs - sinceMs) / 1000)),
    };
  };

  const fromLease = (key: string): RateVerdict | undefined => {
    const lease = leases.get(key);
    if (!lease) return undefined;
    const sinceMs = nowMs() - lease.askedAtMs;
    if (lease.grant.granted === 0) return sinceMs < lease.grant.retryAfterMs ? verdictOf(lease, sinceMs) : undefined;
    lease.used += 1;
    if (lease.left === 0 || sinceMs >= LEASE_MS) return undefined;
    lease.left -= 1;
    return verdictOf(lease, sinceMs);
  };

  const sizeOf = ({ list }: Counts, before: Lease | undefined): number => {
    if (!before || before.used <= 1) return 1;
    const perMs = before.used / Math.max(1, nowMs() - before.askedAtMs);
    // Two at once are not yet a hundred to come.
    const likely = Math.min(Math.ceil(perMs * LEASE_MS), 2 * before.used);
    const bursts = list.map(({ rule }) => rule.burst);
    return Math.max(1, Math.min(likely, Math.floor(Math.min(...bursts) / LARGEST_SHARE)));
  };

  const renew = async (counts: Counts): Promise<RateVerdict | undefined> => {
    const { key } = counts;
    const asking = ask(counts, sizeOf(counts, leases.get(key)));
    pending.set(key, asking);
    const grant = await asking.finally(() => pending.delete(key));
    leases.delete(key);
    if (!grant) return undefined;
    const lease: Lease = { grant, left: Math.max(0, grant.granted - 1), askedAtMs: nowMs(), used: 1 };
    const [oldest] = leases.keys();
    if (leases.size >= MAX_CALLERS && oldest !== undefined) leases.delete(oldest);
    leases.set(key, lease);
    return verdictOf(lease, 0);
  };

  const afterOthers = async (others: Promise<unknown>, counts: Counts): Promise<RateVerdict | undefined> => {
    for (let asking: Promise<unknown> | undefined = others; asking; asking = pending.get(counts.key)) {
      await asking;
      const verdict = fromLease(counts.key);
      if (verdict) return verdict;
    }
    return renew(counts);
  };

  return (counts) => {
    const verdict = fromLease(counts.key);
    if (verdict) return verdict;
    const asking = pending.get(counts.key);
    return asking ? afterOthers(asking, counts) : renew(counts);
  };
}
