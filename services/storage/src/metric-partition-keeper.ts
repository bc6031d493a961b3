import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { Worker } from '@soc/service-kit';
import type { MetricPartitionRepository } from './metric-partition-repository.ts';
import { METRIC_TABLES, type MetricKeepDays, partitionsAhead } from './domain/metric-partitions.ts';

const EVERY_MS = 60 * 60_000;
const DAYS_AHEAD = 3;
const DAY_MS = 86_400_000;

export interface MetricPartitionKeeper extends Worker {
  readonly keep: () => Promise<void>;
}

/** Makes the partitions of the coming days before a point needs one, and drops those whose time is over. */
export function createMetricPartitionKeeper(options: {
  readonly db: Pick<DbCluster, 'tx' | 'write'>;
  readonly partitions: MetricPartitionRepository;
  readonly keepDays: MetricKeepDays;
  readonly now: () => Date;
  readonly log: BusLog;
}): MetricPartitionKeeper {
  const { db, partitions, keepDays, now, log } = options;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const keep = async (): Promise<void> => {
    const today = now();
    const ahead = METRIC_TABLES.flatMap((table) => partitionsAhead(table, today, DAYS_AHEAD));
    await db.tx(async (tx) => {
      for (const partition of ahead) await partitions.make(tx, partition);
    });
    for (const { table, partitionDays } of METRIC_TABLES) {
      const before = new Date(today.getTime() - keepDays[table] * DAY_MS);
      const dropped = await db.tx((tx) => partitions.drop(tx, { table, partitionDays, before }));
      if (dropped > 0) log.info({ table, dropped, before }, 'metric partitions dropped');
    }
    const longestMs = Math.max(...Object.values(keepDays)) * DAY_MS;
    await partitions.forgetSeries(db.write, new Date(today.getTime() - longestMs - 2 * DAY_MS));
  };

  const run = (): void => {
    running = keep().catch((error: unknown) => log.warn({ err: error }, 'metric partitions not kept'));
  };
  return {
    keep,
    start: () => {
      run();
      timer = setInterval(run, EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
