import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { MetricPartition, PartitionedTable } from './domain/metric-partitions.ts';

export interface MetricPartitionRepository {
  /** Without effect where it is. */
  readonly make: (tx: Pick<Tx, 'query'>, partition: MetricPartition) => Promise<void>;
  /** Drops the partitions that end at or before a time; resolves with how many. */
  readonly drop: (
    tx: Pick<Tx, 'query'>,
    old: Pick<PartitionedTable, 'table' | 'partitionDays'> & { readonly before: Date },
  ) => Promise<number>;
  /** Forgets series that had no point since a day on which nothing of them is kept any more. */
  readonly forgetSeries: (db: Queryable, seenBefore: Date) => Promise<void>;
}

export const createMetricPartitionRepository = (): MetricPartitionRepository => ({
  make: async (tx, { table, starts, ends }) => {
    await tx.query(sql`select storage.make_metric_partition(${table}, ${starts}::timestamptz, ${ends}::timestamptz)`);
  },

  drop: async (tx, { table, partitionDays, before }) => {
    // A drop waits for every reader and everybody waits for the drop, so it had better come again in an hour.
    await tx.query(sql`set local lock_timeout = '2s'`);
    const [row] = await tx.query<{ dropped: number }>(sql`
      select storage.drop_metric_partitions(${table}, make_interval(days => ${partitionDays}), ${before}) as dropped`);
    return row?.dropped ?? 0;
  },

  forgetSeries: async (db, seenBefore) => {
    await db.query(sql`delete from storage.metric_series where seen_on < ${seenBefore}`);
  },
});
