import { Counter, type Registry } from '@soc/monitoring';
import type { EdgePlatform } from '@soc/service-kit';
import { createRateLeases, type RateGrant } from './rate-leases.ts';
import { TAKE_REQUESTS } from './rate-limit-script.ts';

/** How many requests of one kind a caller may send. */
export interface RateRule {
  /** Keeps the counts of one rule apart from those of another. */
  readonly name: string;
  readonly perS: number;
  readonly burst: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly retryAfterS: number;
  readonly resetS: number;
}

export interface RateLimiter {
  /** Counts one request of a caller. Undefined, which means allowed, while Redis does not answer. */
  readonly take: (rule: RateRule, caller: string) => RateVerdict | undefined | Promise<RateVerdict | undefined>;
}

const ANSWER_WITHIN_MS = 500;
/** A Redis that was silent is not waited for again before this. */
const BLIND_FOR_MS = 5_000;

/**
 * Limits over all gateways, in Redis. While Redis is away everything is allowed: a security operations centre that drops
 * alerts because its cache is down protects nobody, and services still bound what they do at once. The fact is logged and
 * counted.
 */
export function createRateLimiter(options: {
  readonly redis: ReturnType<EdgePlatform<unknown>['connectRedis']>;
  /** Start of every key. */
  readonly prefix: string;
  readonly registry: Registry;
  readonly log: EdgePlatform<unknown>['log'];
}): RateLimiter {
  const { redis, prefix, registry, log } = options;
  redis.defineCommand('takeRequests', { numberOfKeys: 1, lua: TAKE_REQUESTS });
  const unlimited = new Counter({
    name: 'soc_gateway_unlimited_requests_total',
    help: 'Requests let through without a rate limit because Redis did not answer.',
    registers: [registry],
  });
  let blindUntilMs = 0;

  const goBlind = (error: unknown): void => {
    blindUntilMs = performance.now() + BLIND_FOR_MS;
    log.warn({ err: error }, 'rate limits not enforced: redis does not answer');
  };

  const ask = async (rule: RateRule, caller: string, count: number): Promise<RateGrant | undefined> => {
    if (redis.status !== 'ready' || performance.now() < blindUntilMs) return undefined;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer in ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
    try {
      const intervalUs = Math.max(1, Math.round(1e6 / rule.perS));
      const answer = redis.takeRequests(`${prefix}:rate:${rule.name}:${caller}`, intervalUs, rule.burst, count);
      const [granted, remaining, retryAfterMs, resetMs] = await Promise.race([answer, late.promise]);
      return { granted, remaining, retryAfterMs, resetMs };
    } catch (error) {
      goBlind(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  const lease = createRateLeases(ask, () => performance.now());
  const counted = async (asking: Promise<RateVerdict | undefined>): Promise<RateVerdict | undefined> => {
    const verdict = await asking;
    if (!verdict) unlimited.inc();
    return verdict;
  };
  return {
    take: (rule, caller) => {
      const verdict = lease(rule, caller);
      return verdict instanceof Promise ? counted(verdict) : verdict;
    },
  };
}
