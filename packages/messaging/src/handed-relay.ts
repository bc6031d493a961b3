import type { DbCluster } from '@soc/db-cluster';
import { publicationNotes, type TrailRepository } from './audit-trail-repository.ts';
import type { BusRepository } from './bus-repository.ts';
import type { Committed } from './committed.ts';
import type { Message } from './envelope.ts';
import { createRelayMemory } from './relay-memory.ts';
import type { StoredRelay } from './stored-relay.ts';
import { endSpans, LEFT_IN_OUTBOX } from './traced-message.ts';

/** Sends what this process commits: from memory, or from the outbox at the start, beyond what memory holds, and after a failure. */
export interface HandedRelay {
  /** Whether the commit is held in memory or left to the outbox, and then whether it is the first of those. */
  readonly hand: (committed: Committed) => 'held' | 'first left' | 'left';
  /** Sends as long as it may go on. Resolves with whether nothing is left. */
  readonly relayAll: (mayGoOn: () => boolean) => Promise<boolean>;
  /** After a failure: what was on its way is not in memory any more, and nothing may go before it. */
  readonly giveUp: () => void;
}

/** Beyond this many in memory, the outbox itself is read instead. */
const MAX_HELD = 5_000;

export function createHandedRelay(options: {
  readonly db: DbCluster;
  readonly repository: Pick<BusRepository, 'remove'>;
  readonly trail: Pick<TrailRepository, 'insertion'>;
  readonly stored: StoredRelay;
  /** `token` covers the commits of the messages. */
  readonly send: (messages: readonly Message[], token: string | undefined) => Promise<void>;
  readonly batchRows: number;
}): HandedRelay {
  const { db, repository, trail, stored, send, batchRows } = options;
  const memory = createRelayMemory();
  let readsOutbox = true;
  let missed = false;

  const relayHeld = async (): Promise<void> => {
    const { ids, messages } = memory.take(batchRows);
    await send(messages, db.committedToken());
    await repository.remove(db.write, ids, trail.insertion(publicationNotes(messages)));
    memory.sent(ids);
  };

  return {
    hand: (committed) => {
      if (!readsOutbox && memory.messages() <= MAX_HELD) {
        memory.add(committed);
        return 'held';
      }
      endSpans(committed.messages, LEFT_IN_OUTBOX);
      const isFirst = !readsOutbox;
      readsOutbox = true;
      missed = true;
      return isFirst ? 'first left' : 'left';
    },
    relayAll: async (mayGoOn) => {
      while (readsOutbox && mayGoOn()) {
        missed = false;
        const more = await stored.relayOlder(0);
        // A commit handed over meanwhile was left to the outbox, and may have come after it was read.
        readsOutbox = more || missed;
      }
      while (memory.messages() > 0 && mayGoOn()) await relayHeld();
      await stored.relayRows(memory.takeLeft());
      return !readsOutbox && memory.isEmpty();
    },
    giveUp: () => {
      memory.clear();
      readsOutbox = true;
    },
  };
}
