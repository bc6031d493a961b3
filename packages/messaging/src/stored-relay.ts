import type { DbCluster, Tx } from '@soc/db-cluster';
import { publicationNotes, type TrailRepository } from './audit-trail-repository.ts';
import type { BusRepository } from './bus-repository.ts';
import { idIn, type Message, withSequence } from './envelope.ts';
import type { OrderedOutboxRepository } from './ordered-outbox-repository.ts';

/** Sends what is in the outbox and in nobody's memory. */
export interface StoredRelay {
  /** Sends the oldest messages of at least that age. Resolves with whether there may be more. */
  readonly relayOlder: (olderThanMs: number) => Promise<boolean>;
  /** Sends ordered messages with all that is unsent before them of their subjects. */
  readonly relayRows: (ids: readonly number[]) => Promise<void>;
}

/** Older than any row. */
const NEVER_MS = 1e12;

export function createStoredRelay(options: {
  readonly db: DbCluster;
  readonly repository: Pick<BusRepository, 'takeOldest'>;
  /** For a service that owns ordered types. */
  readonly ordered?: Pick<OrderedOutboxRepository, 'lock' | 'take'> | undefined;
  readonly trail: Pick<TrailRepository, 'append'>;
  /** The token covers the commits of the messages, whoever made them. */
  readonly send: (messages: readonly Message[], token: string) => Promise<void>;
  readonly batchRows: number;
}): StoredRelay {
  const { db, repository, ordered, trail, batchRows } = options;

  const send = async (tx: Tx, messages: readonly Message[]): Promise<void> => {
    await options.send(messages, await tx.currentToken());
    await trail.append(tx, publicationNotes(messages));
  };

  /**
   * Oldest first, one relay at a time. A row that is in the memory of another process may be sent twice; never after one
   * that must follow it.
   */
  const relayOrdered = async (rows: { olderThanMs: number; ids: readonly number[] }): Promise<boolean> => {
    if (!ordered) return false;
    return db.tx(async (tx) => {
      await ordered.lock(tx);
      const stored = await ordered.take(tx, { ...rows, limitRows: batchRows });
      if (stored.length === 0) return false;
      await send(
        tx,
        stored.map(({ id, type, envelope, subject = '' }) =>
          // Only `createMessage` writes envelopes, and each has an id.
          withSequence({ id: idIn(envelope) ?? '', type, envelope, subject }, id),
        ),
      );
      return stored.length === batchRows;
    });
  };

  return {
    relayOlder: async (olderThanMs) => {
      const moreOrdered = await relayOrdered({ olderThanMs, ids: [] });
      const more = await db.tx(async (tx) => {
        const stored = await repository.takeOldest(tx, batchRows, olderThanMs);
        if (stored.length > 0) await send(tx, stored);
        return stored.length === batchRows;
      });
      return more || moreOrdered;
    },
    relayRows: async (ids) => {
      while (ids.length > 0 && (await relayOrdered({ olderThanMs: NEVER_MS, ids })));
    },
  };
}
