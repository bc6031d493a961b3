import { setTimeout as pause } from 'node:timers/promises';
import type { DbCluster } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import { errorCodeOf } from '@soc/tracing';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { BusRepository } from './bus-repository.ts';
import type { Message } from './envelope.ts';
import { createHandedRelay, type HandedRelay } from './handed-relay.ts';
import type { BusLog } from './log.ts';
import type { OrderedOutboxRepository } from './ordered-outbox-repository.ts';
import type { Committed } from './committed.ts';
import { createRelayRings } from './relay-rings.ts';
import { createStoredRelay } from './stored-relay.ts';
import type { StreamPublisher } from './stream-publisher.ts';
import { endSpans } from './traced-message.ts';

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
/** A row younger than this is most likely in the memory of the process that wrote it. */
const LEFT_BEHIND_AFTER_MS = 3_000;
/** The same after a ring of the bell: rows were left for all, and those of a process that keeps up are gone by then. */
const LEFT_AFTER_RING_MS = 250;
const MAX_BACKOFF_MS = 5_000;
/** A stop sends for so long; what is left then is announced to other relays. */
const LAST_SENDS_MS = 10_000;

interface RelayOptions {
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
}

/**
 * Moves messages from the outbox to the streams. What this process commits goes straight from its memory; its rows are
 * deleted once Redis has the messages, so a crash in between sends them twice but never loses them. After a failure, at the
 * start, when the bell rings, and at every poll for what a crash left behind, the outbox itself is read. Several relays at
 * once are safe.
 */
export function createRelay(options: RelayOptions): Relay {
  const { pollMs, ringBell, log } = options;
  const stopping = new AbortController();
  const isRunning = (): boolean => !stopping.signal.aborted;
  const { stored, handed } = createSenders(options);
  let isStarted = false;
  let wakeUp = Promise.withResolvers<void>();
  const wake = (): void => wakeUp.resolve();
  const rings = createRelayRings({ waitMs: LEFT_AFTER_RING_MS, onWaited: wake });
  let polledAtMs = performance.now();
  let loop: Promise<void> = Promise.resolve();

  const waitForWork = async (): Promise<void> => {
    const timer = setTimeout(wake, Math.max(0, polledAtMs + pollMs - performance.now()));
    await wakeUp.promise;
    clearTimeout(timer);
    wakeUp = Promise.withResolvers();
  };

  /** By the time that has passed, not by who woke the loop: in steady traffic that is always a commit. */
  const relayOthers = async (): Promise<void> => {
    if (performance.now() - polledAtMs >= pollMs) {
      while ((await stored.relayOlder(LEFT_BEHIND_AFTER_MS)) && isRunning());
      polledAtMs = performance.now();
    }
    if (rings.take()) while ((await stored.relayOlder(LEFT_AFTER_RING_MS)) && isRunning());
  };

  const turn = async (failures: number): Promise<number> => {
    try {
      await handed.relayAll(isRunning);
      await waitForWork();
      if (isRunning()) await relayOthers();
      return 0;
    } catch (error) {
      handed.giveUp();
      log.warn({ err: error, failures: failures + 1 }, 'outbox not relayed, will retry');
      const backoffMs = Math.min(100 * 2 ** failures, MAX_BACKOFF_MS);
      await pause(backoffMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      return failures + 1;
    }
  };

  return {
    hand: (committed) => {
      const outcome = handed.hand(committed);
      // Whether the last sends of a stop still reach it is not known here; another relay looks after it.
      if (!isStarted || !isRunning() || outcome === 'first left') ringBell();
      wake();
    },
    lookSoon: rings.ring,
    start: () => {
      isStarted = true;
      const run = async (): Promise<void> => {
        for (let failures = 0; isRunning();) failures = await turn(failures);
      };
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      wake();
      await loop;
      if (isStarted) await relayLast(handed, options);
    },
  };
}

/** Sends until nothing is left, or announces that something is. */
async function relayLast(handed: HandedRelay, { log, ringBell }: RelayOptions): Promise<void> {
  const untilMs = performance.now() + LAST_SENDS_MS;
  const mayGoOn = (): boolean => performance.now() < untilMs;
  try {
    while (!(await handed.relayAll(mayGoOn))) {
      if (mayGoOn()) continue;
      ringBell();
      return;
    }
  } catch (error) {
    handed.giveUp();
    log.warn({ err: error }, 'stopped with messages left in the outbox');
    ringBell();
  }
}

function createSenders({ publisher, registry, ...options }: RelayOptions) {
  const published = createCounter(registry);
  const send = async (messages: readonly Message[], token: string | undefined): Promise<void> => {
    try {
      await publisher.publish(messages, token);
      endSpans(messages);
    } catch (error) {
      endSpans(messages, errorCodeOf(error));
      throw error;
    }
    for (const [type, of] of Map.groupBy(messages, (message) => message.type)) published.inc({ type }, of.length);
  };
  const stored = createStoredRelay({ ...options, ordered: options.ordered, send, batchRows: BATCH });
  return { stored, handed: createHandedRelay({ ...options, stored, send, batchRows: BATCH }) };
}

const createCounter = (registry: Registry) =>
  new Counter({
    name: 'soc_events_published_total',
    help: 'Events written to their stream.',
    labelNames: ['type'],
    registers: [registry],
  });
