import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionSettings } from './connection.ts';
import { type ListenSession, openListenSession } from './listen-session.ts';
import type { Node } from './node.ts';
import type { TopologyWatch } from './topology-watch.ts';

/**
 * Told the payload of a notification, and undefined whenever listening has begun, at first and after a loss or a failover:
 * notifications may have been missed until then, so look for what they would have told. Must not throw.
 */
export type NotificationHandler = (payload: string | undefined) => void;

export interface Listening {
  /** The handler is not called any more, from now on. Resolves when the server knows. Never throws. */
  readonly stop: () => Promise<void>;
}

export interface Listener {
  readonly listen: (channel: string, handler: NotificationHandler) => Listening;
  readonly close: () => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** One session with the primary for all channels, made when first needed and made again after every loss and failover. */
export function createListener(watch: TopologyWatch, settings: Omit<ConnectionSettings, 'url'>): Listener {
  const channels = new Map<string, Set<NotificationHandler>>();
  /** The session that is open, and the channels it listens to. */
  let session: ListenSession | undefined;
  const heard = new Set<string>();
  let running: Promise<void> | undefined;
  let closed = false;

  const tell = (channel: string, payload: string | undefined): void => {
    for (const handler of channels.get(channel) ?? []) handler(payload);
  };

  /** Has the open session listen to what it does not yet, and tells the handlers that it does. */
  const listenToNew = async (): Promise<void> => {
    const fresh = [...channels.keys()].filter((channel) => !heard.has(channel));
    if (!session || fresh.length === 0) return;
    for (const channel of fresh) heard.add(channel);
    await session.listenTo(fresh);
    for (const channel of fresh) tell(channel, undefined);
  };

  /** Listens on one server for as long as it is the primary and the session lasts. */
  const serve = async (node: Node): Promise<void> => {
    const opened = await openListenSession({ ...settings, url: node.url }, tell);
    const forget = watch.onChange(({ primary }) => {
      if (primary !== node) opened.end();
    });
    try {
      // All may have been stopped, and the primary be another, while the session was being opened.
      if (closed || channels.size === 0 || watch.view().primary !== node) return;
      session = opened;
      await listenToNew();
      await opened.ended;
    } finally {
      forget();
      session = undefined;
      heard.clear();
      opened.end();
    }
  };

  const run = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!closed && channels.size > 0) {
      const startedAtMs = performance.now();
      await watch.until(({ primary }) => primary !== undefined, startedAtMs + LONGEST_PAUSE_MS);
      const { primary } = watch.view();
      if (!primary || closed) continue;
      await serve(primary).catch(() => undefined);
      // Whatever ended it, the servers are asked what they are now.
      void watch.relearn();
      if (performance.now() - startedAtMs > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await delay(Math.random() * pauseMs, undefined, { ref: false });
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
    running = undefined;
  };

  return {
    listen: (channel, handler) => {
      channels.set(channel, (channels.get(channel) ?? new Set()).add(handler));
      running ??= run();
      // A session that fails is made anew, and listens to everything then.
      void listenToNew().catch(() => undefined);
      return {
        stop: async () => {
          const handlers = channels.get(channel);
          handlers?.delete(handler);
          if (!handlers || handlers.size > 0) return;
          channels.delete(channel);
          heard.delete(channel);
          if (channels.size === 0) session?.end();
          else await session?.unlisten(channel).catch(() => undefined);
        },
      };
    },
    close: () => {
      closed = true;
      session?.end();
    },
  };
}
