/** A table that is partitioned by time, in partitions of so many days. */
export interface PartitionedTable {
  readonly table: 'metric_points' | 'metric_rollups_5m' | 'metric_rollups_1h';
  /** Seconds that a row sums up; 0 for single points. */
  readonly stepS: number;
  readonly partitionDays: number;
}

/** How many days each table is kept. */
export type MetricKeepDays = Readonly<Record<PartitionedTable['table'], number>>;

/** Longer intervals have fewer rows and are kept longer, so their partitions are wider. */
export const METRIC_TABLES: readonly PartitionedTable[] = [
  { table: 'metric_points', stepS: 0, partitionDays: 1 },
  { table: 'metric_rollups_5m', stepS: 300, partitionDays: 7 },
  { table: 'metric_rollups_1h', stepS: 3_600, partitionDays: 28 },
];

export interface MetricPartition {
  readonly table: PartitionedTable['table'];
  /** RFC 3339, included. */
  readonly starts: string;
  /** Excluded. */
  readonly ends: string;
}

const DAY_MS = 86_400_000;

/** The partition that has the rows of a time. They begin at days since 1970 that their width divides. */
export function partitionOf({ table, partitionDays }: PartitionedTable, atMs: number): MetricPartition {
  const widthMs = partitionDays * DAY_MS;
  const startsMs = Math.floor(atMs / widthMs) * widthMs;
  return { table, starts: new Date(startsMs).toISOString(), ends: new Date(startsMs + widthMs).toISOString() };
}

/** The partitions of a table for a day and the `aheadDays` after it. */
export function partitionsAhead(table: PartitionedTable, now: Date, aheadDays: number): readonly MetricPartition[] {
  const days = Array.from({ length: aheadDays + 1 }, (_, day) => partitionOf(table, now.getTime() + day * DAY_MS));
  return days.filter(({ starts }, index) => starts !== days[index - 1]?.starts);
}
