import type { Readable } from 'node:stream';
import type { BusLog } from '@soc/messaging';
import { Gauge, type Registry } from '@soc/monitoring';
import type { Worker } from '@soc/service-kit';
import { isAfter } from '../domain/stream-position.ts';
import { createAudiences } from './audiences.ts';
import { createLiveClient, type LiveClient } from './live-client.ts';
import type { LiveFeed } from './live-feed.ts';

export type JoinOutcome =
  | { readonly ok: true; readonly stream: Readable }
  | { readonly ok: false; readonly refusal: 'too_many_streams' };

/** The open streams of this process. */
export interface LiveHub extends Worker {
  /** `lastEventId` is the last entry the client saw; what came after it is sent first. Throws when Redis is away. */
  readonly join: (tenantId: string, lastEventId: string | undefined) => Promise<JoinOutcome>;
  /** Ends every stream. New ones are refused. */
  readonly closeAll: () => void;
}

const HEARTBEAT_MS = 15_000;
/** News that Redis did not bring, because its connection was lost meanwhile, are found this late. */
const LOOK_MS = 5_000;
const CLOSE_GRACE_MS = 1_000;

export function createLiveHub(options: {
  readonly feed: LiveFeed;
  readonly maxStreams: number;
  readonly maxAgeMs: number;
  readonly registry: Registry;
  readonly log: BusLog;
}): LiveHub {
  const { feed, maxStreams, maxAgeMs, registry, log } = options;
  const audiences = createAudiences({ feed, log });
  const clients = new Set<LiveClient>();
  const timers: NodeJS.Timeout[] = [];
  let joining = 0;
  let closed = false;
  observeStreams(registry, clients);

  /** A client that no longer reads must keep neither its place nor the process. */
  const finish = (client: LiveClient): void => {
    client.end();
    setTimeout(() => client.stream.destroy(), CLOSE_GRACE_MS).unref();
  };

  const admit = async (tenantId: string, lastEventId: string | undefined): Promise<Readable> => {
    const position = lastEventId ?? (await feed.latest(tenantId));
    // Whether the oldest entry kept directly follows the client's last cannot be known: better one gap too many.
    const isGap = lastEventId !== undefined && isAfter(await feed.oldest(tenantId), lastEventId);
    const client = createLiveClient(position, () =>
      log.warn({ tenantId }, 'live stream dropped: its client reads too slowly'),
    );
    clients.add(client);
    const expiry = setTimeout(() => finish(client), maxAgeMs);
    client.stream.once('close', () => {
      clearTimeout(expiry);
      clients.delete(client);
      audiences.leave(tenantId, client);
    });
    if (isGap) client.gap();
    try {
      await audiences.join(tenantId, client);
    } catch (error) {
      client.stream.destroy();
      throw error;
    }
    if (closed) finish(client); // while it came in
    return client.stream;
  };

  return {
    join: async (tenantId, lastEventId) => {
      if (closed || clients.size + joining >= maxStreams) return { ok: false, refusal: 'too_many_streams' };
      joining += 1;
      try {
        return { ok: true, stream: await admit(tenantId, lastEventId) };
      } finally {
        joining -= 1;
      }
    },
    closeAll: () => {
      closed = true;
      clients.forEach(finish);
    },
    start: () => {
      timers.push(setInterval(() => clients.forEach((client) => client.heartbeat()), HEARTBEAT_MS));
      timers.push(setInterval(audiences.lookForAll, LOOK_MS));
      feed.onNews(audiences.look);
    },
    stop: () => {
      timers.forEach((timer) => clearInterval(timer));
      return Promise.resolve();
    },
  };
}

function observeStreams(registry: Registry, clients: ReadonlySet<LiveClient>): void {
  const gauge: Gauge = new Gauge({
    name: 'soc_live_streams',
    help: 'Live streams that are open.',
    registers: [registry],
    collect: () => gauge.set(clients.size),
  });
}
