import { setTimeout as pause } from 'node:timers/promises';
import type { DbCluster } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import { publicationNotes, type TrailRepository } from './audit-trail-repository.ts';
import type { BusRepository } from './bus-repository.ts';
import type { Message } from './envelope.ts';
import type { BusLog } from './log.ts';
import type { OrderedOutboxRepository } from './ordered-outbox-repository.ts';
import type { Committed } from './committed.ts';
import { createRelayMemory } from './relay-memory.ts';
import { createStoredRelay } from './stored-relay.ts';
import type { StreamPublisher } from './stream-publisher.ts';

export interface Relay {
  /** Takes over what this process has just committed. Returns at once. */
  readonly hand: (committed: Committed) => void;
  /** Another process has left rows in the outbox. Returns at once. */
  readonly lookSoon: () => void;
  readonly start: () => void;
  /** Sends what it holds; what cannot be sent stays in the outbox for another relay or the next start. */
  readonly stop: () => Promise<void>;
}

/** Most messages in one round trip to Redis. */
const BATCH = 500;
/** Beyond this many in memory, the outbox itself is read instead. */
const MAX_HELD = 5_000;
/** A row younger than this is most likely in the memory of the process that wrote it. */
const LEFT_BEHIND_AFTER_MS = 3_000;
/** The same after a ring of the bell: rows were left for all, and those of a process that keeps up are gone by then. */
const LEFT_AFTER_RING_MS = 250;
const MAX_BACKOFF_MS = 5_000;

/**
 * Moves messages from the outbox to the streams. What this process commits goes straight from its memory; its rows are
 * deleted once Redis has the messages, so a crash in between sends them twice but never loses them. After a failure, at the
 * start, when the bell rings, and at every poll for what a crash left behind, the outbox itself is read. Several relays at
 * once are safe.
 */
export function createRelay(options: {
  readonly db: DbCluster;
  readonly repository: BusRepository;
  /** For a service that owns ordered types. */
  readonly ordered?: Pick<OrderedOutboxRepository, 'lock' | 'take'>;
  readonly trail: TrailRepository;
  readonly publisher: StreamPublisher;
  /** What a crash left behind, or another process could not send, is looked for this often. */
  readonly pollMs: number;
  /** Tells other relays that rows were left for them. */
  readonly ringBell: () => void;
  readonly log: BusLog;
  readonly registry: Registry;
}): Relay {
  const { db, repository, ordered, trail, publisher, pollMs, ringBell, log, registry } = options;
  const published = createCounter(registry);
  const stopping = new AbortController();
  const memory = createRelayMemory();
  let readsOutbox = true;
  let missed = false;
  let isStarted = false;
  let bell: NodeJS.Timeout | undefined;
  let hasRung = false;
  let ringsAgain = false;
  let wakeUp = Promise.withResolvers<void>();
  let loop: Promise<void> = Promise.resolve();

  /** `token` covers the commits of the messages. */
  const send = async (messages: readonly Message[], token: string | undefined): Promise<void> => {
    await publisher.publish(messages, token);
    for (const [type, of] of Map.groupBy(messages, (message) => message.type)) published.inc({ type }, of.length);
  };

  const stored = createStoredRelay({ db, repository, ordered, trail, send, batchRows: BATCH });

  const relayHeld = async (): Promise<void> => {
    const { ids, messages } = memory.take(BATCH);
    await send(messages, db.committedToken());
    await repository.remove(db.write, ids, trail.insertion(publicationNotes(messages)));
    memory.sent(ids);
  };

  const relayAll = async (): Promise<void> => {
    while (readsOutbox && !stopping.signal.aborted) {
      missed = false;
      const more = await stored.relayOlder(0);
      // A commit handed over meanwhile was left to the outbox, and may have come after it was read.
      readsOutbox = more || missed;
    }
    while (memory.messages() > 0 && !stopping.signal.aborted) await relayHeld();
    await stored.relayRows(memory.takeLeft());
  };

  const turn = async (failures: number): Promise<number> => {
    try {
      await relayAll();
      const waited = await Promise.race([wakeUp.promise, pause(pollMs, 'poll' as const, { signal: stopping.signal })]);
      wakeUp = Promise.withResolvers();
      if (waited === 'poll') while (await stored.relayOlder(LEFT_BEHIND_AFTER_MS));
      if (hasRung) {
        hasRung = false;
        while (await stored.relayOlder(LEFT_AFTER_RING_MS));
      }
      return 0;
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      readsOutbox = true;
      memory.clear();
      log.warn({ err: error, failures: failures + 1 }, 'outbox not relayed, will retry');
      const backoffMs = Math.min(100 * 2 ** failures, MAX_BACKOFF_MS);
      await pause(backoffMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      return failures + 1;
    }
  };

  /** A ring while one is waited out is waited out in turn: the rows it tells of are too young for the look of the first. */
  const lookSoon = (): void => {
    if (bell) {
      ringsAgain = true;
      return;
    }
    bell = setTimeout(() => {
      bell = undefined;
      hasRung = true;
      wakeUp.resolve();
      if (ringsAgain) lookSoon();
      ringsAgain = false;
    }, LEFT_AFTER_RING_MS).unref();
  };

  return {
    hand: (committed) => {
      if (readsOutbox || memory.messages() > MAX_HELD) {
        if (!isStarted || !readsOutbox) ringBell();
        readsOutbox = true;
        missed = true;
      } else memory.add(committed);
      wakeUp.resolve();
    },
    lookSoon,
    start: () => {
      isStarted = true;
      const run = async (): Promise<void> => {
        for (let failures = 0; !stopping.signal.aborted;) failures = await turn(failures);
      };
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      await loop;
      try {
        while (memory.messages() > 0) await relayHeld();
        await stored.relayRows(memory.takeLeft());
        // What was committed while the outbox was being read is there, one batch at most in a process that kept up.
        if (isStarted && readsOutbox) await stored.relayOlder(0);
      } catch (error) {
        log.warn({ err: error }, 'stopped with messages left in the outbox');
        ringBell();
      }
    },
  };
}

const createCounter = (registry: Registry) =>
  new Counter({
    name: 'soc_events_published_total',
    help: 'Events written to their stream.',
    labelNames: ['type'],
    registers: [registry],
  });
