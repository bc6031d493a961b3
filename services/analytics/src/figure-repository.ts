import type {
  Kpis,
  Overview,
  Timeseries,
  TimeseriesBucket,
  TimeseriesDimension,
} from '@soc/contracts/analytics/queries';
import { identifier, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import type { Span } from './domain/span.ts';

type Counts = Record<string, number>;

interface DurationsRow {
  readonly count: number;
  readonly mean_s: number | null;
  readonly p50_s: number | null;
  readonly p90_s: number | null;
}

const durations = (row: DurationsRow | undefined) => ({
  count: row?.count ?? 0,
  meanS: row?.mean_s ?? null,
  p50S: row?.p50_s ?? null,
  p90S: row?.p90_s ?? null,
});

const BUCKET_INTERVAL: Readonly<Record<TimeseriesBucket, string>> = {
  minute: '1 minute',
  hour: '1 hour',
  day: '1 day',
};

/** A million points help nobody; the caller narrows the span or widens the bucket. */
const MAX_POINTS = 5_000;

const within = (tenantId: string, { from, to }: Span, time: SqlStatement): SqlStatement =>
  sql`tenant_id = ${tenantId} and ${time} >= ${from}::timestamptz and ${time} < ${to}::timestamptz`;

const countBy = async (
  read: Queryable,
  from: SqlStatement,
  key: SqlStatement,
  where: SqlStatement,
): Promise<Counts> => {
  const rows = await read.query<{ key: string; count: number }>(
    sql`select ${key} as key, count(*) as count from ${from} where ${where} and ${key} is not null group by 1 order by 2 desc limit 100`,
  );
  return Object.fromEntries(rows.map(({ key: name, count }) => [name, count]));
};

const alertTotals = async (read: Queryable, where: SqlStatement) => {
  const [row] = await read.query<{ total: number; occurrences: number; analysed: number }>(sql`
    select count(*) as total, coalesce(sum(occurrences), 0) as occurrences, count(analysed_at) as analysed
    from analytics.alerts where ${where}`);
  return row ?? { total: 0, occurrences: 0, analysed: 0 };
};

/** Computes the figures from the facts. */
export function createFigureRepository() {
  return {
    overview: async (read: Queryable, tenantId: string, span: Span): Promise<Omit<Overview, 'span'>> => {
      const arrived = within(tenantId, span, sql`received_at`);
      const created = within(tenantId, span, sql`created_at`);
      const ended = within(tenantId, span, sql`ended_at`);
      const alerts = sql`analytics.alerts`;
      const incidents = sql`analytics.incidents`;
      const [
        totals,
        bySeverity,
        byStatus,
        bySource,
        byVerdict,
        incidentsBySeverity,
        incidentsByStatus,
        byOutcome,
        deliveries,
        evidence,
      ] = await Promise.all([
        alertTotals(read, arrived),
        countBy(read, alerts, sql`severity`, arrived),
        countBy(read, alerts, sql`status`, arrived),
        countBy(read, alerts, sql`source`, arrived),
        countBy(read, alerts, sql`verdict`, arrived),
        countBy(read, incidents, sql`severity`, created),
        countBy(read, incidents, sql`status`, created),
        countBy(read, sql`analytics.runs`, sql`outcome`, ended),
        countBy(read, sql`analytics.deliveries`, sql`outcome`, ended),
        read.query<{ objects: number; size_bytes: number }>(sql`
            select count(*) as objects, coalesce(sum(size_bytes), 0) as size_bytes from analytics.evidence
            where ${within(tenantId, span, sql`stored_at`)}`),
      ]);
      const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);
      const total = sum(incidentsByStatus);
      return {
        alerts: { ...totals, bySeverity, byStatus, bySource, byVerdict },
        incidents: {
          total,
          open: total - (incidentsByStatus['closed'] ?? 0),
          bySeverity: incidentsBySeverity,
          byStatus: incidentsByStatus,
        },
        responses: { total: sum(byOutcome), byOutcome },
        notifications: { delivered: deliveries['delivered'] ?? 0, failed: deliveries['failed'] ?? 0 },
        evidence: { objects: evidence[0]?.objects ?? 0, sizeBytes: evidence[0]?.size_bytes ?? 0 },
      };
    },

    kpis: async (read: Queryable, tenantId: string, span: Span): Promise<Omit<Kpis, 'span'>> => {
      const arrived = within(tenantId, span, sql`received_at`);
      const durationTo = async (milestone: SqlStatement): Promise<DurationsRow | undefined> => {
        const [row] = await read.query<DurationsRow>(sql`
          select count(*) as count, avg(s) as mean_s, percentile_cont(0.5) within group (order by s) as p50_s,
            percentile_cont(0.9) within group (order by s) as p90_s
          from (select extract(epoch from ${milestone} - received_at)::float8 as s from analytics.alerts
            where ${arrived} and ${milestone} is not null) as measured`);
        return row;
      };
      const [acknowledged, resolved, analysed, closed, condensed] = await Promise.all([
        durationTo(sql`triaged_at`),
        durationTo(sql`closed_at`),
        durationTo(sql`analysed_at`),
        read.query<{ rate: number | null }>(sql`
          select avg((verdict = 'false_positive')::int)::float8 as rate from analytics.alerts
          where ${arrived} and closed_at is not null and verdict is not null`),
        read.query<{ ratio: number | null }>(sql`
          select avg(alert_count)::float8 as ratio from analytics.incidents where ${within(tenantId, span, sql`created_at`)}`),
      ]);
      return {
        timeToAcknowledge: durations(acknowledged),
        timeToResolve: durations(resolved),
        timeToAnalyse: durations(analysed),
        falsePositiveRate: closed[0]?.rate ?? null,
        alertsPerIncident: condensed[0]?.ratio ?? null,
      };
    },

    timeseries: (
      read: Queryable,
      tenantId: string,
      span: Span,
      shape: { readonly bucket: TimeseriesBucket; readonly by: TimeseriesDimension },
    ): Promise<Timeseries['points']> =>
      read.query<Timeseries['points'][number]>(sql`
        select date_bin(${BUCKET_INTERVAL[shape.bucket]}::interval, received_at, timestamptz '2000-01-01Z') as at,
          ${identifier(shape.by)} as key, count(*) as count
        from analytics.alerts where ${within(tenantId, span, sql`received_at`)}
        group by 1, 2 order by 1, 2 limit ${MAX_POINTS}`),
  };
}
