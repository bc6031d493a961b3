import { createOrderedHandover } from './ordered-handover.ts';
import type { Committed } from './committed.ts';
import { endSpans, LEFT_IN_OUTBOX } from './traced-message.ts';

/** What a process has committed and not sent yet, first come first sent, and what it has to read from the outbox instead. */
export interface RelayMemory {
  readonly messages: () => number;
  /** Whether there is neither a message to send nor a row to read. */
  readonly isEmpty: () => boolean;
  readonly add: (committed: Committed) => void;
  /** The next commits with so many messages together, or a few more. */
  readonly take: (messages: number) => Committed;
  /** Rows that may not be sent from memory, for an earlier one of their subject was not sent; they are given out once. */
  readonly takeLeft: () => readonly number[];
  /** These rows are on their streams. */
  readonly sent: (ids: readonly number[]) => void;
  /** Gives everything up to the outbox. */
  readonly clear: () => void;
}

export function createRelayMemory(): RelayMemory {
  const handover = createOrderedHandover();
  const held: Committed[] = [];
  const left: number[] = [];
  let messagesHeld = 0;

  return {
    messages: () => messagesHeld,
    isEmpty: () => messagesHeld === 0 && left.length === 0,
    add: (committed) => {
      const admitted = handover.admit(committed);
      left.push(...admitted.left);
      if (admitted.held.ids.length > 0) held.push(admitted.held);
      messagesHeld += admitted.held.messages.length;
    },
    take: (most) => {
      const taken: Committed[] = [];
      for (let size = 0; held.length > 0 && size < most; size += taken.at(-1)?.messages.length ?? 0) {
        taken.push(...held.splice(0, 1));
      }
      const messages = taken.flatMap((committed) => committed.messages);
      messagesHeld -= messages.length;
      return { ids: taken.flatMap(({ ids }) => ids), messages };
    },
    takeLeft: () => left.splice(0),
    sent: handover.sent,
    clear: () => {
      for (const { messages } of held) endSpans(messages, LEFT_IN_OUTBOX);
      held.length = 0;
      messagesHeld = 0;
      left.length = 0;
      handover.forget();
    },
  };
}
