import type { Committed } from './committed.ts';

/** So many rows that were sent lately are remembered. */
const REMEMBERED = 10_000;

/**
 * Which messages of a commit may be sent from memory. One whose subject has an earlier unsent row may when that row is in
 * the same memory, ahead of it; any other has to be read from the outbox, after what precedes it.
 */
export interface OrderedHandover {
  /** The part that may be sent from memory; what is left out is `left`, by its row. */
  readonly admit: (committed: Committed) => { readonly held: Committed; readonly left: readonly number[] };
  /** These rows are on their streams. */
  readonly sent: (ids: readonly number[]) => void;
  /** What was in memory is given up; it may not be on its streams. */
  readonly forget: () => void;
}

export function createOrderedHandover(): OrderedHandover {
  const inMemory = new Set<number>();
  const lately = new Set<number>();

  return {
    admit: (committed) => {
      const { ids, messages, after } = committed;
      if (!after) return { held: committed, left: [] };
      const isAdmitted = ids.map((_, index) => {
        const earlier = after[index] ?? null;
        return earlier === null || inMemory.has(earlier) || lately.has(earlier);
      });
      ids.forEach((id, index) => {
        if (isAdmitted[index] && messages[index]?.subject !== undefined) inMemory.add(id);
      });
      return {
        held: {
          ids: ids.filter((_, index) => isAdmitted[index]),
          messages: messages.filter((_, index) => isAdmitted[index]),
        },
        left: ids.filter((_, index) => !isAdmitted[index]),
      };
    },
    sent: (ids) => {
      for (const id of ids) if (inMemory.delete(id)) lately.add(id);
      for (const id of lately) {
        if (lately.size <= REMEMBERED) return;
        lately.delete(id);
      }
    },
    forget: () => inMemory.clear(),
  };
}
