import type { EventSpec, PayloadOf } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { Tracer } from '@soc/tracing';
import type { BusRepository } from './bus-repository.ts';
import { createMessage, type Message, type PublishMeta, withSequence } from './envelope.ts';
import type { OrderedOutboxRepository } from './ordered-outbox-repository.ts';
import type { Committed } from './committed.ts';
import { tracedMessage } from './traced-message.ts';

/** Publishes events in the transaction that changed the fact they tell of. */
export interface Outbox {
  /** Throws `InvalidEventError` when the payload breaks its contract. */
  readonly publish: <E extends EventSpec>(tx: Tx, spec: E, payload: PayloadOf<E>, meta: PublishMeta) => Promise<void>;
  /** Builds a message for `publishMany`. */
  readonly message: <E extends EventSpec>(spec: E, payload: PayloadOf<E>, meta: PublishMeta) => Message;
  /** One statement for many messages, of any types. */
  readonly publishMany: (tx: Tx, messages: readonly Message[]) => Promise<void>;
}

export function createOutbox(options: {
  readonly repository: BusRepository;
  readonly ordered: Pick<OrderedOutboxRepository, 'append'>;
  readonly source: string;
  readonly now: () => Date;
  readonly tracer?: Tracer | undefined;
  /** Called after the commit with what is to be relayed. */
  readonly onCommitted: (committed: Committed) => void;
}): Outbox {
  const { repository, ordered, source, now, tracer, onCommitted } = options;
  const publishMany: Outbox['publishMany'] = async (tx, messages) => {
    if (messages.length === 0) return;
    if (messages.some(({ subject }) => subject !== undefined)) {
      const rows = await ordered.append(tx, messages);
      const placed = messages.map((message, index) => {
        const row = rows[index];
        return row && message.subject !== undefined ? withSequence(message, row.id) : message;
      });
      const ids = rows.map(({ id }) => id);
      return tx.afterCommit(() => onCommitted({ ids, messages: placed, after: rows.map(({ after }) => after) }));
    }
    const ids = await repository.append(tx, messages);
    tx.afterCommit(() => onCommitted({ ids, messages }));
  };
  const message: Outbox['message'] = (spec, payload, meta) =>
    tracedMessage(tracer, spec, meta, (traced) => createMessage(spec, payload, traced, { source, now: now() }));
  return {
    message,
    publishMany,
    publish: (tx, spec, payload, meta) => publishMany(tx, [message(spec, payload, meta)]),
  };
}
