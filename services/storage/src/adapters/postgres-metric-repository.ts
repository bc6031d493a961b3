import { METRIC_PERCENTILES, type MetricAggregate } from '@soc/contracts/storage/metrics';
import { identifier, joinSql, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { METRIC_TABLES, type MetricKeepDays } from '../domain/metric-partitions.ts';
import type { LabelTest, MetricQuery } from '../domain/metric-query.ts';
import type { MetricResolution } from '../domain/metric-resolution.ts';
import { type MetricRow, toSeries } from '../domain/metric-rows.ts';
import type { MetricPartitionRepository } from '../metric-partition-repository.ts';
import { MAX_BUCKETS, type MetricStore } from '../ports/metric-store.ts';
import { createPostgresMetricWriter } from './postgres-metric-writes-repository.ts';

/**
 * Metrics in PostgreSQL: single points, and beside them, written with them in one transaction, what they sum up to over five
 * minutes and over an hour. All are partitioned by time, and what is coarser is kept longer.
 */
export function createPostgresMetricStore(options: {
  readonly partitions: Pick<MetricPartitionRepository, 'make'>;
  /** False where single points are kept elsewhere. */
  readonly keepsPoints: boolean;
  readonly keepDays: MetricKeepDays;
  readonly now: () => Date;
}): MetricStore {
  const { keepDays } = options;
  const resolutions = METRIC_TABLES.map(({ table, stepS }): MetricResolution => ({ stepS, keepDays: keepDays[table] }));
  return {
    resolutions,
    write: createPostgresMetricWriter(options),
    query: async (query, read) => {
      const { groupBy, aggregates, resolutionS } = query;
      const select = resolutionS === 0 ? ofPoints(query) : ofRollups(query, tableOf(resolutionS));
      const found = await read.query<FoundRow>(select);
      if (found.length > MAX_BUCKETS) return { ok: false, refusal: 'too_many_series' };
      const rows = found.map((row): MetricRow => ({ at: row.at, group: row.group, values: pick(row, aggregates) }));
      return { ok: true, series: toSeries(groupBy, rows) };
    },
    purge: ({ tenantId, before, dryRun }, db) => purge(db, tenantId, before, dryRun),
  };
}

type FoundRow = Readonly<{ at: string; group: (string | null)[] }> & Readonly<Record<MetricAggregate, number>>;

const pick = (row: FoundRow, aggregates: readonly MetricAggregate[]): MetricRow['values'] =>
  Object.fromEntries(aggregates.map((aggregate) => [aggregate, row[aggregate]]));

function tableOf(stepS: number): SqlStatement {
  const found = METRIC_TABLES.find((each) => each.stepS === stepS);
  if (!found) throw new Error(`nothing is kept in steps of ${stepS} s`);
  return identifier(found.table);
}

/** An absent label is null: no value equals it, and none has to be unlike it. */
const holds = ({ label, values, isNot }: LabelTest): SqlStatement =>
  isNot
    ? sql`coalesce(s.labels ->> ${label}::text <> all(${values}::text[]), true)`
    : sql`s.labels ->> ${label}::text = any(${values}::text[])`;

const listOf = (fragments: readonly SqlStatement[]): SqlStatement => joinSql(fragments, ', ');

const stepsOf = (query: MetricQuery, columns: SqlStatement, table: SqlStatement): SqlStatement => sql`
  select date_bin(make_interval(secs => ${query.stepS}), p.at, ${query.from}::timestamptz) as at,
    array[${listOf(query.groupBy.map((label) => sql`s.labels ->> ${label}::text`))}]::text[] as "group",
    ${columns}
  from storage.metric_series s join storage.${table} p on p.series_id = s.id
  where ${joinSql(
    [
      sql`s.tenant_id = ${query.tenantId} and s.name = ${query.name}`,
      sql`p.tenant_id = ${query.tenantId} and p.at >= ${query.from}::timestamptz and p.at < ${query.to}::timestamptz`,
      ...query.where.map(holds),
    ],
    ' and ',
  )}
  group by 1, 2
  limit ${MAX_BUCKETS + 1}`;

/** What an aggregate is, of single points. Only what is asked for is reckoned: some sort all the values. */
function ofPoint(aggregate: MetricAggregate): SqlStatement {
  switch (aggregate) {
    case 'count':
      return sql`count(*) as count`;
    case 'avg':
      return sql`avg(p.value) as avg`;
    case 'sum':
      return sql`sum(p.value) as sum`;
    case 'min':
      return sql`min(p.value) as min`;
    case 'max':
      return sql`max(p.value) as max`;
    case 'last':
      return sql`(array_agg(p.value order by p.at desc, p.arrival desc))[1] as last`;
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return sql`percentile_cont(${METRIC_PERCENTILES[aggregate]}) within group (order by p.value) as ${identifier(aggregate)}`;
  }
}

const ofPoints = (query: MetricQuery): SqlStatement =>
  stepsOf(query, listOf(query.aggregates.map(ofPoint)), identifier('metric_points'));

/** All of them: they cost nothing, and percentiles are asked of points only. */
const ROLLED = sql`
  sum(p.points)::float8 as count, sum(p.total) / sum(p.points) as avg, sum(p.total) as sum, min(p.least) as min,
  max(p.most) as max, (array_agg(p.latest order by p.latest_at desc, p.latest_arrival desc))[1] as last`;

const ofRollups = (query: MetricQuery, table: SqlStatement): SqlStatement => stepsOf(query, ROLLED, table);

/** An interval goes once all of it lies before the time; a step too many is kept rather than one too few. */
async function purge(
  db: Queryable,
  tenantId: string,
  before: string,
  dryRun: boolean,
): Promise<{ readonly count: number }> {
  if (dryRun) {
    const [row] = await db.query<{ count: number }>(sql`
      select count(*) from storage.metric_points where tenant_id = ${tenantId} and at < ${before}::timestamptz`);
    return { count: row?.count ?? 0 };
  }
  const [row] = await db.query<{ count: number }>(sql`
    with five as (
      delete from storage.metric_rollups_5m
      where tenant_id = ${tenantId} and at <= ${before}::timestamptz - interval '5 minutes'
    ), hours as (
      delete from storage.metric_rollups_1h
      where tenant_id = ${tenantId} and at <= ${before}::timestamptz - interval '1 hour'
    ), points as (
      delete from storage.metric_points where tenant_id = ${tenantId} and at < ${before}::timestamptz returning 1
    )
    select count(*) from points`);
  return { count: row?.count ?? 0 };
}
