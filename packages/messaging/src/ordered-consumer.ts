import { setTimeout as pause } from 'node:timers/promises';
import type { BusLog } from './log.ts';
import type { OrderedEvent } from './ordered-effects.ts';
import { createOrderedLease, LeaseLostError, type Tenure } from './ordered-lease.ts';
import type { OrderedEntry, OrderedReader } from './ordered-reader.ts';
import { createOrderedWork, orderedEvent, type OrderedWork, type OrderedWorkOptions } from './ordered-work.ts';
import { BLOCK_MS } from './redis.ts';

export interface OrderedConsumer {
  readonly start: () => void;
  /** Finishes what is under way and leaves the rest to another replica. */
  readonly stop: () => Promise<void>;
}

/** With more failing subjects than this nothing new is read until some of them have ended. */
const MOST_WAITING = 10_000;
const FULL_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;

/**
 * Handles all events of a noun in order while it holds the lease: first what waits and what any replica was given before,
 * then new ones. After a failure of Redis or PostgreSQL it begins again in the same way.
 */
export function createOrderedConsumer(
  options: OrderedWorkOptions & {
    /** Unique among the replicas and the same after a restart. */
    readonly instanceId: string;
    readonly reader: OrderedReader;
    readonly log: BusLog;
  },
): OrderedConsumer {
  const { noun, members, instanceId, db, repository, settlement, reader, log } = options;

  const open = async (entries: readonly OrderedEntry[]): Promise<readonly OrderedEvent[]> => {
    const events: OrderedEvent[] = [];
    for (const { type, frame } of entries) {
      const of = members.get(type);
      if (!of || !frame) continue;
      for (const accepted of await settlement.open(of, frame)) events.push(orderedEvent(of, accepted));
    }
    return events;
  };

  const turn = async (work: OrderedWork, signal: AbortSignal): Promise<void> => {
    await work.retryDue();
    if (signal.aborted) return;
    if (work.waitingSubjects() >= MOST_WAITING) {
      await pause(FULL_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      return;
    }
    const entries = await reader.next(Math.min(work.dueInMs(), BLOCK_MS));
    // What is read after the turn is over is another's to handle.
    if (signal.aborted || entries.length === 0) return;
    await work.take(await open(entries));
    await reader.acknowledge(entries);
  };

  const serve = async ({ epoch, signal }: Tenure): Promise<void> => {
    const work = createOrderedWork({ ...options, epoch, signal });
    await work.load();
    await reader.takeOver();
    while (!signal.aborted) await turn(work, signal);
  };

  const hold = async (tenure: Tenure): Promise<void> => {
    const { signal } = tenure;
    for (let failures = 1; !signal.aborted; failures += 1) {
      const startedAtMs = performance.now();
      try {
        await serve(tenure);
      } catch (error) {
        if (signal.aborted || error instanceof LeaseLostError) return;
        if (performance.now() - startedAtMs > 30_000) failures = 1;
        log.warn({ err: error, noun, failures }, 'ordered events interrupted, will resume');
        await pause(Math.min(100 * 2 ** failures, MAX_PAUSE_MS), undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const lease = createOrderedLease({
    noun,
    holder: instanceId,
    db,
    repository,
    hold,
    log,
  });

  return {
    start: lease.start,
    stop: async () => {
      const stopped = lease.stop();
      reader.interrupt();
      await stopped;
    },
  };
}
