/** Runs what concerns one thing one after the other, within this process. */
export type InTurn = <T>(thing: string, work: () => Promise<T>) => Promise<T>;

export function createTurns(): InTurn {
  const last = new Map<string, Promise<void>>();
  return (thing, work) => {
    const turn = (last.get(thing) ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined, // told to whoever asked for it
    );
    last.set(thing, settled);
    void settled.then(() => {
      if (last.get(thing) === settled) last.delete(thing);
    });
    return turn;
  };
}
