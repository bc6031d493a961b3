import { json, rowsFrom, sql, type Tx } from '@soc/db-cluster';
import type { MetricPoint } from '../domain/metric-point.ts';
import { METRIC_TABLES, type MetricKeepDays, type MetricPartition, partitionOf } from '../domain/metric-partitions.ts';
import type { MetricPartitionRepository } from '../metric-partition-repository.ts';
import type { MetricStore } from '../ports/metric-store.ts';

const DAY_MS = 86_400_000;

/** Series a process remembers the ids of; with more, some are asked for again. */
const REMEMBERED_SERIES = 50_000;

interface NamedPoint {
  readonly point: MetricPoint;
  /** The same text for the same series. */
  readonly key: string;
}

/** Writes points and adds them to the intervals they fall into, late ones too. */
export function createPostgresMetricWriter(options: {
  readonly partitions: Pick<MetricPartitionRepository, 'make'>;
  /** False where single points are kept elsewhere. */
  readonly keepsPoints: boolean;
  readonly keepDays: MetricKeepDays;
  readonly now: () => Date;
}): MetricStore['write'] {
  const { keepDays, now } = options;
  /** Ids are remembered for a day, on which the series is marked as seen: one that is in use is not forgotten. */
  let day = '';
  let ids = new Map<string, number>();
  let made = new Set<string>();

  const findIds = async (named: readonly NamedPoint[], tx: Tx): Promise<(key: string) => number | undefined> => {
    const remembered = ids;
    const unknown = new Map(named.filter(({ key }) => !ids.has(key)).map(({ key, point }) => [key, point]));
    // In one order everywhere: two processes that meet the same new series wait for each other and not in a circle.
    const sorted = [...unknown].toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (sorted.length === 0) return (key) => remembered.get(key);
    const rowsOfSeries = sorted.map(([, { tenantId, name, labels }], n) => ({
      n,
      tenant_id: tenantId,
      name,
      labels: json(labels),
    }));
    const rows = await tx.query<{ n: number; id: number }>(sql`
      with given as materialized (
        select n, tenant_id, name, labels from ${rowsFrom(NEW_SERIES, rowsOfSeries)}
      ), stored as (
        insert into storage.metric_series as s (tenant_id, name, labels, seen_on)
        select tenant_id, name, labels, ${day}::date from given order by n
        on conflict (tenant_id, name, labels_md5) do update set seen_on = greatest(s.seen_on, excluded.seen_on)
        returning id, tenant_id, name, labels
      )
      select g.n, s.id from given g join stored s using (tenant_id, name, labels)`);
    const found = new Map(rows.map(({ n, id }) => [sorted[n]?.[0] ?? '', id]));
    const foundOn = day;
    tx.afterCommit(() => {
      if (foundOn !== day) return;
      if (ids.size > REMEMBERED_SERIES) ids = new Map();
      for (const [key, id] of found) ids.set(key, id);
    });
    return (key) => found.get(key) ?? remembered.get(key);
  };

  const makePartitions = async (points: readonly MetricPoint[], tx: Tx): Promise<void> => {
    const needed = new Map<string, MetricPartition>();
    for (const { at } of points) {
      const atMs = Date.parse(at);
      for (const table of METRIC_TABLES.filter((each) => isKept(each.table, atMs))) {
        const partition = partitionOf(table, atMs);
        const key = `${partition.table} ${partition.starts}`;
        if (!made.has(key)) needed.set(key, partition);
      }
    }
    for (const partition of needed.values()) await options.partitions.make(tx, partition);
    tx.afterCommit(() => {
      for (const key of needed.keys()) made.add(key);
    });
  };

  const isKept = (table: keyof MetricKeepDays, atMs: number): boolean =>
    atMs >= now().getTime() - keepDays[table] * DAY_MS;

  return async (points, tx) => {
    const today = now().toISOString().slice(0, 10);
    if (today !== day) {
      day = today;
      ids = new Map();
      made = new Set();
    }
    const named = points.map((point) => ({ point, key: seriesKey(point) }));
    if (named.length === 0) return;
    await makePartitions(points, tx);
    const idOf = await findIds(named, tx);
    await insertPoints(
      tx,
      named.map(({ point, key }) => ({ ...point, seriesId: idOf(key) ?? 0 })),
      (table) => new Date(now().getTime() - keepDays[table] * DAY_MS),
      options.keepsPoints,
    );
  };
}

const NEW_SERIES = { n: 'int', tenant_id: 'text', name: 'text', labels: 'jsonb' } as const;
const POINTS = { tenant_id: 'text', series_id: 'bigint', at: 'timestamptz', value: 'float8' } as const;

const seriesKey = ({ tenantId, name, labels }: MetricPoint): string => JSON.stringify([tenantId, name, labels]);

/**
 * The points and both kinds of intervals by one statement. Rows are locked in one order, so processes that add to the same
 * intervals wait for each other and not in a circle.
 */
async function insertPoints(
  tx: Tx,
  points: readonly (MetricPoint & { readonly seriesId: number })[],
  since: (table: keyof MetricKeepDays) => Date,
  keepsPoints: boolean,
): Promise<void> {
  const rows = points.map(({ tenantId, seriesId, at, value }) => ({
    tenant_id: tenantId,
    series_id: seriesId,
    at,
    value,
  }));
  await tx.query(sql`
    with given as materialized (
      select tenant_id, series_id, at, value, nextval('storage.metric_arrivals') as arrival
      from ${rowsFrom(POINTS, rows)}
    ), kept as (
      insert into storage.metric_points (tenant_id, series_id, at, arrival, value)
      select tenant_id, series_id, at, arrival, value from given where ${keepsPoints} and at >= ${since('metric_points')}
    ), five as (
      insert into storage.metric_rollups_5m as r
        (tenant_id, series_id, at, points, total, least, most, latest, latest_at, latest_arrival)
      ${summed('5 minutes', since('metric_rollups_5m'))}
      on conflict (series_id, at) do update set ${ADDED}
    )
    insert into storage.metric_rollups_1h as r
      (tenant_id, series_id, at, points, total, least, most, latest, latest_at, latest_arrival)
    ${summed('1 hour', since('metric_rollups_1h'))}
    on conflict (series_id, at) do update set ${ADDED}`);
}

const summed = (interval: string, since: Date) => sql`
  select tenant_id, series_id, date_bin(${interval}::interval, at, 'epoch'), count(*), sum(value), min(value), max(value),
    (array_agg(value order by at desc, arrival desc))[1], max(at), (array_agg(arrival order by at desc, arrival desc))[1]
  from given where at >= ${since}
  group by 1, 2, 3 order by 2, 3`;

const IS_LATER = sql`(excluded.latest_at, excluded.latest_arrival) > (r.latest_at, r.latest_arrival)`;

const ADDED = sql`
  points = r.points + excluded.points, total = r.total + excluded.total,
  least = least(r.least, excluded.least), most = greatest(r.most, excluded.most),
  latest = case when ${IS_LATER} then excluded.latest else r.latest end,
  latest_at = case when ${IS_LATER} then excluded.latest_at else r.latest_at end,
  latest_arrival = case when ${IS_LATER} then excluded.latest_arrival else r.latest_arrival end`;
