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

/** By address: an instance may have another name at another gateway. */
const drainField = ({ service, url }: Instance): string => `drain ${service} ${url}`;
const instanceField = ({ service, url }: Instance): string => `breaker ${service} ${url}`;
const serviceField = (service: ServiceName): string => `breaker ${service}`;

const orderOf = (text: string | undefined): BreakerOrder => BreakerOrder.catch('auto').parse(text);

export function createOrders(options: {
  readonly redis: ReturnType<EdgePlatform<unknown>['connectRedis']>;
  readonly prefix: string;
  readonly upstreams: Upstreams;
  readonly log: EdgePlatform<unknown>['log'];
}): Orders {
  const { redis, upstreams, log } = options;
  const key = `${options.prefix}:gateway:orders`;
  let known: readonly Instance[] = [];
  let given = 0;

  const inTime = <T>(answer: Promise<T>): Promise<T> => within(ANSWER_WITHIN_MS, answer);
  const keep = async (field: string, value: string | undefined): Promise<void> => {
    given += 1;
    try {
      await inTime(value === undefined ? redis.hdel(key, field) : redis.hset(key, field, value));
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
  const follow = async (): Promise<void> => {
    const present = ServiceName.options.flatMap((service) => upstreams.instancesOf(service));
    const gone = known.filter((instance) => !present.includes(instance));
    known = present;
    // Who gets the address next must not inherit the order.
    if (gone.length > 0) {
      await inTime(redis.hdel(key, ...gone.flatMap((instance) => [drainField(instance), instanceField(instance)])));
    }
    const before = given;
    const orders = await inTime(redis.hgetall(key));
    // One that was given meanwhile is not among them.
    if (given === before) obey(orders);
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
