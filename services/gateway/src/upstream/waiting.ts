/** Something that can be put into `Waiting`, which keeps its place there. */
export interface Waiter {
  waitsAt: number;
}

/** No place. */
export const WAITS_NOWHERE = -1;

/**
 * What waits now, in no order. Not a `Set`, through which every request would pass: V8 has each table that a set has outgrown point to
 * the next one, so that once one is old, what was in them since then lives until the next full collection. That made one request in two
 * survive, and collections ten times as long.
 */
export class Waiting<Of extends Waiter> {
  readonly #all: Of[] = [];

  add(one: Of): void {
    if (one.waitsAt !== WAITS_NOWHERE) return;
    one.waitsAt = this.#all.length;
    this.#all.push(one);
  }

  /** Nothing when it does not wait. */
  delete(one: Of): void {
    if (one.waitsAt === WAITS_NOWHERE) return;
    const last = this.#all.pop();
    if (last && last !== one) {
      this.#all[one.waitsAt] = last;
      last.waitsAt = one.waitsAt;
    }
    one.waitsAt = WAITS_NOWHERE;
  }

  /** A copy, which does not change with them. */
  all(): readonly Of[] {
    return [...this.#all];
  }
}
