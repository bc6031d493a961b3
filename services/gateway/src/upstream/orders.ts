import { ServiceName } from '@soc/contracts';
import { BreakerOrder } from '@soc/contracts/gateway/services-health';
import { type EdgePlatform, unavailable, type Worker } from '@soc/service-kit';
import { within } from '../within.ts';
import type { Instance } from './instance.ts';
import { repeat } from './repeat.ts';
import type { Upstreams } from './upstreams.ts';

/** What operators decided about instances and services. It is kept in Redis, and every gateway follows it. */
export interface Orders {
  /** Each throws 503 when Redis does not take the order; nothing has changed then. */
  readonly drain: (instance: Instance, isDraining: boolean) => Promise<void>;
  readonly holdInstance: (instance: Instance, order: BreakerOrder) => Promise<void>;
  readonly holdService: (service: ServiceName, order: BreakerOrder) => Promise<void>;
  /** Takes over what was decided at other gateways. */
  readonly follower: Worker;
}

const FOLLOW_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 1_000;
/** An address that no gateway has found for so long is somebody else's when it comes back. */
const FORGET_AFTER_MS = 30_000;

/** By address: an instance may have another name at another gateway. */
const drainField = ({ service, url }: Instance): string => `drain ${service} ${url}`;
const instanceField = ({ service, url }: Instance): string => `breaker ${service} ${url}`;
const serviceField = (service: ServiceName): string => `breaker ${service}`;
const SERVICE_FIELDS: ReadonlySet<string> = new Set(ServiceName.options.map(serviceField));

const orderOf = (text: string | undefined): BreakerOrder => BreakerOrder.catch('auto').parse(text);

export function createOrders(options: {
  readonly redis: ReturnType<EdgePlatform<unknown>['connectRedis']>;
  readonly prefix: string;
  readonly upstreams: Upstreams;
  readonly log: EdgePlatform<unknown>['log'];
  readonly nowMs: () => number;
}): Orders {
  const { redis, upstreams, log, nowMs } = options;
  const key = `${options.prefix}:gateway:orders`;
  /** When a gateway last found the instance of an order: one that does not must not take it back for all. */
  const foundKey = `${key}:found`;
  /** Before it has looked for so long, this gateway may not have found everybody. */
  const startedAtMs = nowMs();
  let given = 0;

  const inTime = <T>(answer: Promise<T>): Promise<T> => within(ANSWER_WITHIN_MS, answer);
  const keep = async (field: string, value: string | undefined): Promise<void> => {
    given += 1;
    try {
      if (value === undefined) await inTime(Promise.all([redis.hdel(key, field), redis.hdel(foundKey, field)]));
      else await inTime(Promise.all([redis.hset(foundKey, field, nowMs()), redis.hset(key, field, value)]));
    } catch (error) {
      log.warn({ err: error }, 'order of an operator not kept');
      throw unavailable('gateway.orders_unavailable', 'the order cannot be told to all gateways right now');
    }
  };
  const valueOf = (order: BreakerOrder): string | undefined => (order === 'auto' ? undefined : order);

  const obey = (orders: Readonly<Record<string, string>>): void => {
    for (const service of ServiceName.options) {
      upstreams.of(service).breaker.force(orderOf(orders[serviceField(service)]));
      for (const instance of upstreams.instancesOf(service)) {
        instance.setDraining(orders[drainField(instance)] !== undefined);
        instance.breaker.force(orderOf(orders[instanceField(instance)]));
      }
    }
  };
  /** Who gets an address next must not inherit its orders. */
  const forget = async (fields: readonly string[]): Promise<void> => {
    if (fields.length === 0) return;
    const instances = ServiceName.options.flatMap((service) => upstreams.instancesOf(service));
    const present = new Set(instances.flatMap((instance) => [drainField(instance), instanceField(instance)]));
    const found = await inTime(redis.hgetall(foundKey));
    const here = fields.filter((field) => present.has(field) || found[field] === undefined);
    if (here.length > 0) {
      await inTime(redis.hset(foundKey, Object.fromEntries(here.map((field) => [field, nowMs()]))));
    }
    const isLongAgo = (atMs: number): boolean => nowMs() - Math.max(atMs, startedAtMs) > FORGET_AFTER_MS;
    const gone = fields.filter((field) => !here.includes(field) && isLongAgo(Number(found[field])));
    if (gone.length > 0) await inTime(Promise.all([redis.hdel(key, ...gone), redis.hdel(foundKey, ...gone)]));
  };
  const follow = async (): Promise<void> => {
    const before = given;
    const orders = await inTime(redis.hgetall(key));
    // One that was given meanwhile is not among them.
    if (given === before) obey(orders);
    await forget(Object.keys(orders).filter((field) => !SERVICE_FIELDS.has(field)));
  };
  const following = repeat(follow, {
    everyMs: FOLLOW_EVERY_MS,
    // What was last known goes on.
    onFailure: (error) => log.debug({ err: error }, 'orders of operators not read'),
  });

  return {
    drain: async (instance, isDraining) => {
      await keep(drainField(instance), isDraining ? '1' : undefined);
      instance.setDraining(isDraining);
    },
    holdInstance: async (instance, order) => {
      await keep(instanceField(instance), valueOf(order));
      instance.breaker.force(order);
    },
    holdService: async (service, order) => {
      await keep(serviceField(service), valueOf(order));
      upstreams.of(service).breaker.force(order);
    },
    follower: {
      start: () => {
        void following.run();
        following.start();
      },
      stop: following.stop,
    },
  };
}
