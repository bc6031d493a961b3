import type { DbCluster } from '@soc/db-cluster';
import { idIn, type Message, withSequence } from './envelope.ts';
import type { OrderedOutboxRepository } from './ordered-outbox-repository.ts';

/** Which ordered rows of the outbox are to be sent; with each goes all that is unsent of its subject. */
export interface OrderedRows {
  readonly olderThanMs: number;
  readonly ids: readonly number[];
}

/**
 * Sends ordered messages from the outbox, oldest first, one relay at a time. Resolves with whether there may be more. A row
 * that is in the memory of another process may be sent twice; never after one that must follow it.
 */
export const createOrderedRelay =
  (options: {
    readonly db: DbCluster;
    readonly repository: Pick<OrderedOutboxRepository, 'lock' | 'take'>;
    readonly send: (messages: readonly Message[]) => Promise<void>;
    readonly batchRows: number;
  }) =>
  (rows: OrderedRows): Promise<boolean> =>
    options.db.tx(async (tx) => {
      const { repository, send, batchRows } = options;
      await repository.lock(tx);
      const stored = await repository.take(tx, { ...rows, limitRows: batchRows });
      if (stored.length === 0) return false;
      await send(
        stored.map(({ id, type, envelope, subject = '' }) =>
          // Only `createMessage` writes envelopes, and each has an id.
          withSequence({ id: idIn(envelope) ?? '', type, envelope, subject }, id),
        ),
      );
      return stored.length === batchRows;
    });
