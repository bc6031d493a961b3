/** Something that waits for the end of the turn. */
export interface Late {
  /** Must not throw. */
  readonly atTurnsEnd: () => void;
}

let waiting: Late[] = [];
let others: Late[] = [];

/** `setImmediate` comes once all that the loop has found ready to be read has been read. */
function endTurn(): void {
  const due = waiting;
  waiting = others;
  for (const one of due) one.atTurnsEnd();
  due.length = 0;
  others = due;
}

/**
 * Has something done when the loop has read all that came, with what else is done then. For what is written: who is to read it is
 * woken by the first write and meets the next ones awake, where it would go to sleep in between, and waking it costs more than the
 * rest of a write. With little to do a turn is over at once.
 */
export function atTurnsEnd(late: Late): void {
  if (waiting.push(late) === 1) setImmediate(endTurn);
}
