import type { BusLog } from '@soc/messaging';
import { isAfter } from '../domain/stream-position.ts';
import type { LiveClient } from './live-client.ts';
import type { LiveFeed } from './live-feed.ts';

/** The clients of each tenant, served from one reader. */
export interface Audiences {
  /** Sends what is kept and the client has not had, then takes it in among the others. Throws when Redis is away. */
  readonly join: (tenantId: string, client: LiveClient) => Promise<void>;
  readonly leave: (tenantId: string, client: LiveClient) => void;
  /** There may be something new for this tenant. */
  readonly look: (tenantId: string) => void;
  readonly lookForAll: () => void;
}

interface Audience {
  readonly clients: Set<LiveClient>;
  /** How far the tenant's stream was read for all of them. */
  position: string;
  reading: boolean;
  hasNews: boolean;
}

const PAGE = 200;

const newAudience = (first: LiveClient): Audience => ({
  clients: new Set([first]),
  position: first.position(),
  reading: false,
  hasNews: false,
});

export function createAudiences({ feed, log }: { readonly feed: LiveFeed; readonly log: BusLog }): Audiences {
  const audiences = new Map<string, Audience>();

  const readOn = async (tenantId: string, audience: Audience): Promise<void> => {
    do {
      audience.hasNews = false;
      const entries = await feed.after(tenantId, audience.position, PAGE);
      audience.position = entries.at(-1)?.position ?? audience.position;
      for (const client of audience.clients) client.send(entries);
      if (entries.length === PAGE) audience.hasNews = true;
    } while (audience.hasNews && audience.clients.size > 0);
  };

  const look = (tenantId: string): void => {
    const audience = audiences.get(tenantId);
    if (!audience) return;
    audience.hasNews = true;
    if (audience.reading) return;
    audience.reading = true;
    readOn(tenantId, audience)
      .catch((error: unknown) => log.warn({ err: error }, 'live events not read, will look again'))
      .finally(() => {
        audience.reading = false;
      });
  };

  const takeIn = (tenantId: string, client: LiveClient): void => {
    const audience = audiences.get(tenantId);
    if (audience) audience.clients.add(client);
    else audiences.set(tenantId, newAudience(client));
    look(tenantId);
  };

  return {
    join: async (tenantId, client) => {
      for (;;) {
        const entries = await feed.after(tenantId, client.position(), PAGE);
        client.send(entries);
        if (client.stream.destroyed) return;
        const audience = audiences.get(tenantId);
        const isBehind = audience !== undefined && isAfter(audience.position, client.position());
        const isUpToDate = entries.length === 0 || (!isBehind && entries.length < PAGE);
        // From here to the end nothing waits, so no entry can slip between the last page and the first news.
        if (isUpToDate) return takeIn(tenantId, client);
      }
    },
    leave: (tenantId, client) => {
      const audience = audiences.get(tenantId);
      audience?.clients.delete(client);
      if (audience?.clients.size === 0) audiences.delete(tenantId);
    },
    look,
    lookForAll: () => [...audiences.keys()].forEach(look),
  };
}
