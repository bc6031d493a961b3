import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** More at once would only wait for a connection. */
const MOST_IN_FLIGHT = 200;

/** Begins `perS` pieces of work a second; a piece that takes long does not hold up the next. */
export function keepPace(perS: number, work: () => Promise<void>): { readonly stop: () => Promise<void> } {
  const underWay = new Set<Promise<void>>();
  let isStopped = false;
  const run = async (): Promise<void> => {
    const startedAt = performance.now();
    for (let begun = 0; !isStopped;) {
      const due = ((performance.now() - startedAt) * perS) / 1000;
      for (; begun < due; begun++) {
        if (underWay.size >= MOST_IN_FLIGHT) continue;
        const piece = work().finally(() => underWay.delete(piece));
        underWay.add(piece);
      }
      await pause(1000 / perS);
    }
  };
  const running = run();
  return {
    stop: async () => {
      isStopped = true;
      await running;
      await Promise.all(underWay);
    },
  };
}
