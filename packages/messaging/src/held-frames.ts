import { type Acknowledger, createAcknowledger } from './acknowledger.ts';
import type { BusLog } from './log.ts';
import type { StreamGroup } from './stream-group.ts';

/** What a consumer was given and has not acknowledged yet. */
export interface HeldFrames {
  /** False when the entry is held already, and so is not to be handled a second time. */
  readonly hold: (id: string) => boolean;
  readonly acknowledge: Acknowledger['add'];
  readonly start: () => void;
  /** Gives back what is not acknowledged, so that others take it over at once. */
  readonly stop: () => Promise<void>;
}

/** Says regularly of what is held that it is being worked on, so that nobody takes a long batch for a dead one. */
export function createHeldFrames(group: StreamGroup, claimIdleMs: number, log: BusLog): HeldFrames {
  /** When each came to be held, or last gave a sign of life. */
  const held = new Map<string, number>();
  const acknowledger = createAcknowledger(group, (ids) => ids.forEach((id) => held.delete(id)), log);
  const everyMs = claimIdleMs / 4;
  let heartbeat: NodeJS.Timeout | undefined;

  const giveSignOfLife = (): void => {
    const now = performance.now();
    const ids = [...held].filter(([, sinceMs]) => now - sinceMs >= everyMs).map(([id]) => id);
    if (ids.length === 0) return;
    for (const id of ids) held.set(id, now);
    group.touch(ids).catch((error: unknown) => log.warn({ err: error, stream: group.stream }, 'no sign of life given'));
  };

  return {
    hold: (id) => {
      if (held.has(id)) return false;
      held.set(id, performance.now());
      return true;
    },
    acknowledge: acknowledger.add,
    start: () => {
      heartbeat = setInterval(giveSignOfLife, everyMs);
      heartbeat.unref();
    },
    stop: async () => {
      await acknowledger.stop();
      clearInterval(heartbeat);
      // Without Redis the others wait until the idle time is over.
      if (held.size > 0) await group.release([...held.keys()]).catch(() => undefined);
    },
  };
}
