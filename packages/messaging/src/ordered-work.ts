import type { OrderedEvent, OrderedEffectsOptions } from './ordered-effects.ts';
import { createOrderedEffects, isOutside } from './ordered-effects.ts';
import { divideBatch, inOrder } from './ordered-batch.ts';
import type { WaitingHead } from './ordered-repository.ts';
import type { Accepted, Settlement } from './settlement.ts';
import type { Subscription } from './subscription.ts';

/** What the holder of a lease does with the events of a noun, under one epoch. Throws `LeaseLostError`, or when PostgreSQL is away. */
export interface OrderedWork {
  /** Learns which subjects wait. */
  readonly load: () => Promise<void>;
  /** Handles events, or parks them behind what waits of their subjects. */
  readonly take: (events: readonly OrderedEvent[]) => Promise<void>;
  /** Tries the subjects whose time has come. */
  readonly retryDue: () => Promise<void>;
  /** Milliseconds to the next retry. */
  readonly dueInMs: () => number;
  readonly waitingSubjects: () => number;
}

export interface OrderedWorkOptions extends OrderedEffectsOptions {
  readonly members: ReadonlyMap<string, Subscription>;
  readonly settlement: Pick<Settlement, 'open'>;
}

export const orderedEvent = (of: Subscription, accepted: Accepted): OrderedEvent => {
  const { subject, sequence, type } = accepted.event;
  return { subject, sequence: sequence === undefined ? undefined : Number(sequence), type, of, accepted };
};

const MOST_EVENTS = 256;

const chunksOf = <E>(events: readonly E[], size: number): readonly (readonly E[])[] =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, index) => events.slice(index * size, (index + 1) * size));

export function createOrderedWork(
  options: OrderedWorkOptions & { readonly epoch: number; readonly signal: AbortSignal },
): OrderedWork {
  const { noun, members, signal, db, repository, deliverer, settlement, log } = options;
  const effects = createOrderedEffects(options);
  const batchSize = Math.min(MOST_EVENTS, ...[...members.values()].map((of) => of.batchSize));
  /** When the next try of each waiting subject is due. Nobody else changes what waits while the lease is held. */
  const waiting = new Map<string, number>();

  const fail = async (event: OrderedEvent, error: unknown, head?: WaitingHead): Promise<boolean> => {
    const failed = await effects.fail(event, error, head);
    if (failed.kind === 'waits') waiting.set(event.subject, performance.now() + failed.retryAfterMs);
    return failed.kind === 'waits';
  };

  const takeChunk = async (events: readonly OrderedEvent[]): Promise<void> => {
    const { now: free, behind } = divideBatch(waiting, events);
    try {
      await effects.handle(free, (tx) => effects.park(tx, behind));
    } catch (error) {
      const [first] = free;
      if (!first || isOutside(error)) throw error;
      if (events.length === 1) {
        await fail(first, error);
        return;
      }
      log.warn({ err: error, noun, events: events.length }, 'batch failed, handling its events one by one');
      for (const event of events) await takeChunk([event]);
    }
  };

  const tryHead = async (head: WaitingHead, of: Subscription): Promise<boolean> => {
    const unpark = (tx: Parameters<typeof repository.unpark>[0]): Promise<void> => repository.unpark(tx, head.rowId);
    const [accepted] = await settlement.open(of, head.body);
    // What was turned away is a dead letter by now.
    if (!accepted) {
      await effects.handle([], unpark);
      return true;
    }
    const event = orderedEvent(of, accepted);
    try {
      await effects.handle([event], unpark);
      return true;
    } catch (error) {
      return !(await fail(event, error, head));
    }
  };

  /** Resolves with whether the subject may have another event that can be tried now. */
  const retryHead = async (subject: string): Promise<boolean> => {
    const head = await repository.head(db.write, noun, subject);
    if (!head) {
      waiting.delete(subject);
      return false;
    }
    const of = members.get(head.type);
    if (of) return tryHead(head, of);
    await effects.drop(head, 'no ordered subscription for this type any more');
    return true;
  };

  return {
    load: async () => {
      const subjects = await repository.waitingSubjects(db.write, noun);
      for (const { subject, dueInMs } of subjects) waiting.set(subject, performance.now() + dueInMs);
    },
    take: async (events) => {
      const concerned = events.filter(({ of, accepted }) => {
        const isConcerned = deliverer.concerns(of, accepted.event);
        if (!isConcerned) deliverer.noteIgnored(accepted.event);
        return isConcerned;
      });
      for (const chunk of chunksOf(inOrder(concerned), batchSize)) await takeChunk(chunk);
    },
    retryDue: async () => {
      for (const [subject, atMs] of waiting) {
        if (atMs > performance.now()) continue;
        while (!signal.aborted && (await retryHead(subject)));
      }
    },
    dueInMs: () => Math.max(0, Math.min(...waiting.values()) - performance.now()),
    waitingSubjects: () => waiting.size,
  };
}
