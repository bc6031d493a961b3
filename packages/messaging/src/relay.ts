import type { DbCluster } from '@soc/db-cluster';
import { Counter, type Registry } from '@soc/monitoring';
import type { BusRepository } from './bus-repository.ts';
import type { Message } from './envelope.ts';
import type { BusLog } from './log.ts';
import { type Redis, streamKey } from './redis.ts';

export interface Relay {
  /** There is something new in the outbox. Returns at once. */
  readonly wake: () => void;
  readonly start: () => void;
  /** Finishes the batch under way. */
  readonly stop: () => Promise<void>;
}

const BATCH = 500;
/** What a crash left behind, or another process wrote, is found by looking this often. */
const POLL_MS = 1_000;
const MAX_BACKOFF_MS = 5_000;

/** Puts messages on their streams, all in one round trip. Throws when any of them was not accepted. */
export async function writeToStreams(redis: Redis, prefix: string, messages: readonly Message[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { type, envelope } of messages) pipeline.xadd(streamKey(prefix, type), '*', 'event', envelope);
  const answers = await pipeline.exec();
  const failed = answers?.find(([error]) => error)?.[0];
  if (failed) throw failed;
}

/**
 * Moves messages from the outbox to the streams. A message leaves the outbox in the transaction that wrote it to Redis:
 * when that fails it stays, so a message may be written twice but never be lost. Several relays at once are safe.
 */
export function createRelay(options: {
  readonly db: DbCluster;
  readonly repository: BusRepository;
  readonly redis: Redis;
  readonly prefix: string;
  readonly log: BusLog;
  readonly registry: Registry;
}): Relay {
  const { db, repository, redis, prefix, log, registry } = options;
  const published = new Counter({
    name: 'soc_events_published_total',
    help: 'Events written to their stream.',
    labelNames: ['type'],
    registers: [registry],
  });
  let stopped = false;
  let signalled = false;
  let failures = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const relayBatch = async (): Promise<number> => {
    const messages = await db.tx(async (tx) => {
      const taken = await repository.takeOldest(tx, BATCH);
      if (taken.length > 0) await writeToStreams(redis, prefix, taken);
      return taken;
    });
    for (const { type } of messages) published.inc({ type });
    return messages.length;
  };

  const drain = async (): Promise<void> => {
    do {
      signalled = false;
      while (!stopped && (await relayBatch()) === BATCH);
    } while (signalled && !stopped);
  };

  const schedule = (delayMs: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(run, delayMs);
  };

  function run(): void {
    if (running || stopped) return;
    running = drain()
      .then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          failures += 1;
          log.warn({ err: error, failures }, 'outbox not relayed, will retry');
        },
      )
      .finally(() => {
        running = undefined;
        schedule(failures === 0 ? POLL_MS : Math.min(100 * 2 ** failures, MAX_BACKOFF_MS));
      });
  }

  return {
    wake: () => {
      signalled = true;
      if (failures === 0) run();
    },
    start: run,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
