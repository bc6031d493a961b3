import { Counter, type Registry } from '@soc/monitoring';
import type { EdgePlatform } from '@soc/service-kit';
import type { RateVerdict } from './domain/gcra.ts';
import type { Counts } from './domain/rate-rules.ts';
import { createLocalLimiter } from './local-limiter.ts';
import { createRateLeases, type RateGrant } from './rate-leases.ts';
import { TAKE_REQUESTS } from './rate-limit-script.ts';

type Verdict = RateVerdict | undefined;

export interface RateLimiter {
  /**
   * Counts one request in all its counts at once; one that any of them refuses goes into none. Undefined, which means
   * allowed, while Redis does not answer.
   */
  readonly take: (counts: Counts) => Verdict | Promise<Verdict>;
  /** Of guesses: while Redis does not answer they are counted here, lest Redis had to go for them to be unlimited. */
  readonly takeGuess: (counts: Counts) => Promise<Verdict>;
}

const ANSWER_WITHIN_MS = 500;
/** A Redis that was silent is not waited for again before this. */
const BLIND_FOR_MS = 5_000;

/**
 * Limits over all gateways, in Redis. While Redis is away everything but guesses is allowed: a security operations centre
 * that drops alerts because its cache is down protects nobody, and services still bound what they do at once. The fact is
 * logged and counted.
 */
export function createRateLimiter(options: {
  readonly redis: ReturnType<EdgePlatform<unknown>['connectRedis']>;
  /** Start of every key. */
  readonly prefix: string;
  readonly registry: Registry;
  readonly log: EdgePlatform<unknown>['log'];
}): RateLimiter {
  const { redis, prefix, registry, log } = options;
  redis.defineCommand('takeRequests', { lua: TAKE_REQUESTS });
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

  const ask = async ({ list }: Counts, count: number): Promise<RateGrant | undefined> => {
    if (redis.status !== 'ready' || performance.now() < blindUntilMs) return undefined;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer in ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
    try {
      const keys = list.map(({ key }) => `${prefix}:rate:${key}`);
      const numbers = list.flatMap(({ rule }) => [Math.max(1, Math.round(1e6 / rule.perS)), rule.burst]);
      const answer = redis.takeRequests(keys.length, ...keys, count, ...numbers);
      const [told, granted, remaining, retryAfterMs, resetMs] = await Promise.race([answer, late.promise]);
      const rule = list[told - 1]?.rule;
      if (!rule) throw new Error(`the script tells of rule ${told} of ${list.length}`);
      return { rule, granted, remaining, retryAfterMs, resetMs };
    } catch (error) {
      goBlind(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  const lease = createRateLeases(ask, () => performance.now());
  const local = createLocalLimiter(() => performance.now());
  const counted = async (asking: Promise<Verdict>): Promise<Verdict> => {
    const verdict = await asking;
    if (!verdict) unlimited.inc();
    return verdict;
  };
  return {
    take: (counts) => {
      const verdict = lease(counts);
      return verdict instanceof Promise ? counted(verdict) : verdict;
    },
    takeGuess: async (counts) => {
      const verdict = await lease(counts);
      if (verdict) return verdict;
      const verdicts = counts.list.map((each) => local.take(each));
      return verdicts.find(({ allowed }) => !allowed) ?? verdicts[0];
    },
  };
}
