import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@soc/contracts';
import type { Subscription } from '@soc/messaging';
import { cacheGenerationKey } from '@soc/messaging/redis';
import type { Logger } from 'pino';
import type { ServiceParts } from './platform.ts';

/** The transaction of a handler is committed by then, mostly; how long an answer may be kept bounds the rest. */
const AFTER_MS = 250;

interface Generations {
  /** A command of its own connection. */
  readonly incr: (key: string) => Promise<unknown>;
}

/**
 * Subscriptions that tell the gateway, once they have handled an event, that the answers it keeps of this service and the
 * event's tenant are old (ADR 0028): by a number that grows, at most four times a second for a tenant.
 */
export function withCacheInvalidation(
  service: ServiceName,
  { routes, subscriptions = [] }: Pick<ServiceParts, 'routes' | 'subscriptions'>,
  parts: { readonly connect: () => Generations; readonly prefix: string; readonly log: Logger },
): readonly Subscription[] {
  const types = new Set(routes.flatMap(({ spec }) => spec.cache?.invalidatedBy ?? []));
  if (types.size === 0) return subscriptions;
  const redis = parts.connect();
  const pending = new Set<string>();

  const outdate = async (tenantId: string): Promise<void> => {
    if (pending.has(tenantId)) return;
    pending.add(tenantId);
    await pause(AFTER_MS, undefined, { ref: false });
    pending.delete(tenantId);
    try {
      await redis.incr(cacheGenerationKey(parts.prefix, service, tenantId));
    } catch (error) {
      parts.log.debug({ err: error }, 'answers that are kept were not outdated');
    }
  };

  return subscriptions.map((subscription) => {
    if (!types.has(subscription.spec.type)) return subscription;
    return {
      ...subscription,
      handle: async (items, context) => {
        await subscription.handle(items, context);
        for (const tenantId of new Set(items.map(({ event }) => event.tenantid))) void outdate(tenantId);
      },
    };
  });
}
