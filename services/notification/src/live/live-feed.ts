import type { LiveEvent } from '@soc/contracts/notification/live';
import type { BusLog } from '@soc/messaging';
import type { Platform } from '@soc/service-kit';

export interface LiveEntry {
  /** Its place in the stream of the tenant. */
  readonly position: string;
  readonly type: string;
  /** A `LiveEvent` in JSON. */
  readonly data: string;
}

export interface TenantEvent {
  readonly tenantId: string;
  readonly event: LiveEvent;
}

/** What happens, as all replicas see it: a short stream per tenant in Redis. Lost with Redis; the truth is elsewhere. */
export interface LiveFeed {
  /** Returns at once. What cannot be published is logged and forgotten. */
  readonly publish: (events: readonly TenantEvent[]) => void;
  /** The place of the newest entry. */
  readonly latest: (tenantId: string) => Promise<string>;
  /** The place of the oldest entry that is still kept. */
  readonly oldest: (tenantId: string) => Promise<string>;
  readonly after: (tenantId: string, position: string, limit: number) => Promise<readonly LiveEntry[]>;
  /** Tells which tenant has something new. May miss some: who listens also looks now and then. */
  readonly onNews: (listener: (tenantId: string) => void) => void;
}

/** Entries kept for those who come back. */
const KEPT_ENTRIES = 1_000;
const KEPT_S = 3_600;
const BEGINNING = '0-0';

const positionOf = (entries: readonly [string, string[]][]): string => entries[0]?.[0] ?? BEGINNING;

/** Entries are written as `type <type> data <json>`, below. */
const entryOf = ([position, fields]: [string, string[]]): LiveEntry => ({
  position,
  type: fields[1] ?? '',
  data: fields[3] ?? '',
});

export function createLiveFeed(
  { connectRedis, config }: Pick<Platform<object>, 'connectRedis' | 'config'>,
  log: BusLog,
): LiveFeed {
  const commands = connectRedis('command');
  const channel = `${config.REDIS_PREFIX}:notification:news`;
  const keyOf = (tenantId: string): string => `${config.REDIS_PREFIX}:notification:live:${tenantId}`;

  const write = async (events: readonly TenantEvent[]): Promise<void> => {
    // Single commands, which the connection sends together: on a Cluster the streams of two tenants lie on two servers.
    const add = ({ tenantId, event }: TenantEvent) =>
      commands.xadd(
        keyOf(tenantId),
        'MAXLEN',
        '~',
        KEPT_ENTRIES,
        '*',
        'type',
        event.type,
        'data',
        JSON.stringify(event),
      );
    const tenantIds = [...new Set(events.map(({ tenantId }) => tenantId))];
    await Promise.all([...events.map(add), ...tenantIds.map((tenantId) => commands.expire(keyOf(tenantId), KEPT_S))]);
    await Promise.all(tenantIds.map((tenantId) => commands.publish(channel, tenantId)));
  };

  return {
    publish: (events) => {
      if (events.length === 0) return;
      write(events).catch((error: unknown) => log.warn({ err: error }, 'live events not published'));
    },
    latest: async (tenantId) => positionOf(await commands.xrevrange(keyOf(tenantId), '+', '-', 'COUNT', 1)),
    oldest: async (tenantId) => positionOf(await commands.xrange(keyOf(tenantId), '-', '+', 'COUNT', 1)),
    after: async (tenantId, position, limit) => {
      const entries = await commands.xrange(keyOf(tenantId), `(${position}`, '+', 'COUNT', limit);
      return entries.map(entryOf);
    },
    onNews: (listener) => {
      const subscriber = connectRedis('subscriber');
      subscriber.on('message', (_: string, tenantId: string) => listener(tenantId));
      // Waits for Redis where it is away, and is repeated by the client after every reconnect.
      subscriber.subscribe(channel).catch((error: unknown) => log.warn({ err: error }, 'live news not subscribed to'));
    },
  };
}
