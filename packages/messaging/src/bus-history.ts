import type { DeadLetter } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import { Gauge, type Registry } from '@soc/monitoring';
import { createTrailGatherer, type TrailGatherer } from './audit-trail.ts';
import type { TrailRepository } from './audit-trail-repository.ts';
import { type Bury, createBurial } from './burial.ts';
import type { BusLimits } from './bus-limits.ts';
import { type BusOperations, createBusOperations } from './bus-operations.ts';
import type { BusRepository } from './bus-repository.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeadLettersRepository, type DeadLettersRepository } from './dead-letters-repository.ts';
import { createLetterReplayer } from './dead-letter-replay.ts';
import type { HandlerRunner } from './handler-runner.ts';
import type { KeyRing } from './key-ring.ts';
import { createLetterSeal } from './letter-seal.ts';
import type { BusLog } from './log.ts';
import type { Redis } from './redis.ts';
import { createReplayStepper } from './replay-step.ts';
import { createReplayWorker } from './replay-worker.ts';
import { createReplaysRepository } from './replays-repository.ts';
import type { Subscription } from './subscription.ts';

/** What a service's end of the bus remembers beyond the next redelivery: letters, trail, replays. */
export interface BusHistory {
  readonly gatherer: Pick<TrailGatherer, 'gather'>;
  readonly bury: Bury;
  readonly operations: BusOperations;
  /** The letters that wait, the last failure first. */
  readonly list: (limitRows: number) => Promise<readonly DeadLetter[]>;
  /** How many letters wait, and since when the oldest. */
  readonly facts: () => Promise<{ readonly deadLetters: number; readonly oldestDeadLetterS: number }>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const FORGET_EVERY_MS = 10 * 60 * 1000;
const FORGET_ROWS = 5_000;

export function createBusHistory(options: {
  readonly serviceName: string;
  readonly db: DbCluster;
  readonly redis: Redis;
  readonly prefix: string;
  readonly keyRing: KeyRing;
  readonly inbox: Pick<BusRepository, 'claim' | 'unclaim'>;
  readonly trail: TrailRepository;
  readonly runner: HandlerRunner;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly limits: Pick<BusLimits, 'trailKeepMs'>;
  readonly registry: Registry;
  readonly log: BusLog;
  readonly now: () => Date;
}): BusHistory {
  const { serviceName, db, trail, registry, log, now } = options;
  const letters = createDeadLettersRepository(serviceName);
  const replays = createReplaysRepository(serviceName);
  const seal = createLetterSeal(options.keyRing, now);
  const parts = { ...options, letters, replays, seal };
  const bury = createBurial(parts);
  const gatherer = createTrailGatherer(options);
  const worker = createReplayWorker({ ...parts, stepper: createReplayStepper({ ...parts, bury }) });
  const deadLetters = createDeadLetters({ ...parts, replayer: createLetterReplayer(parts) });
  let timer: NodeJS.Timeout | undefined;

  const forget = async (): Promise<void> => {
    const unixMs = now().getTime() - options.limits.trailKeepMs;
    for (const table of [trail, letters, replays]) {
      while ((await table.forget(db.write, unixMs, FORGET_ROWS)) === FORGET_ROWS);
    }
  };
  const tryToForget = (): void => {
    forget().catch((error: unknown) => log.warn({ err: error }, 'history of the bus not pruned'));
  };

  return {
    gatherer,
    bury,
    operations: createBusOperations({ ...parts, deadLetters, worker }),
    list: (limitRows) => letters.list(db.write, { filter: {}, state: 'waiting', after: undefined, limitRows }),
    facts: async () => {
      const backlog = await letters.backlog(db.write);
      return {
        deadLetters: backlog.reduce((sum, { letters: count }) => sum + count, 0),
        oldestDeadLetterS: Math.round(Math.max(0, ...backlog.map(({ oldest_s }) => oldest_s))),
      };
    },
    start: () => {
      gatherer.start();
      worker.start();
      timer = setInterval(tryToForget, FORGET_EVERY_MS);
      timer.unref();
      tryToForget();
      observe(registry, db, letters);
    },
    stop: async () => {
      clearInterval(timer);
      await worker.stop();
      await gatherer.stop();
    },
  };
}

function observe(registry: Registry, db: DbCluster, letters: DeadLettersRepository): void {
  const labelNames = ['type'];
  const oldest = new Gauge({
    name: 'soc_dead_letters_oldest_seconds',
    help: 'Time since the first failure of the oldest dead letter that waits, by type.',
    labelNames,
    registers: [registry],
  });
  const waiting = new Gauge({
    name: 'soc_dead_letters',
    help: 'Dead letters that wait for a person, by type.',
    labelNames,
    registers: [registry],
    collect: async () => {
      const backlog = await letters.backlog(db.write).catch(() => undefined);
      if (!backlog) return;
      waiting.reset();
      oldest.reset();
      for (const { type, letters: count, oldest_s } of backlog) {
        waiting.set({ type }, count);
        oldest.set({ type }, oldest_s);
      }
    },
  });
}
