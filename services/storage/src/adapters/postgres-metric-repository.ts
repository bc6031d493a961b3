import type { MetricBucket } from '@soc/contracts/storage/metrics';
import { json, sql } from '@soc/db-cluster';
import type { MetricPoint, MetricStore } from '../ports/metric-store.ts';

/** Metric points in PostgreSQL, summarised when they are asked for. */
export function createPostgresMetricStore(): MetricStore {
  return {
    write: async (points, tx) => {
      if (points.length === 0) return;
      const column = <Value>(value: (point: MetricPoint) => Value): Value[] => points.map(value);
      await tx.query(sql`
        insert into storage.metric_points (tenant_id, name, at, value, labels)
        select * from unnest(
          ${column(({ tenantId }) => tenantId)}::text[], ${column(({ name }) => name)}::text[],
          ${column(({ at }) => at)}::timestamptz[], ${column(({ value }) => value)}::float8[],
          ${column(({ labels }) => json(labels))}::jsonb[])`);
    },

    summarise: ({ tenantId, name, from, to, stepS }, read) =>
      read.query<MetricBucket>(sql`
        select date_bin(make_interval(secs => ${stepS}), at, ${from}::timestamptz) as at,
               avg(value) as avg, min(value) as min, max(value) as max, count(*) as count
        from storage.metric_points
        where tenant_id = ${tenantId} and name = ${name} and at >= ${from}::timestamptz and at < ${to}::timestamptz
        group by 1
        order by 1`),
  };
}
