import { Severity } from '@soc/contracts';
import type { Top } from '@soc/contracts/analytics/queries';
import { type Queryable, sql } from '@soc/db-cluster';
import type { Span } from './domain/span.ts';

interface EntityRow {
  readonly entity: string;
  readonly alerts: number;
  readonly rank: number;
}

/** Entities are stored as `type:value`; a value may hold colons, a type does not. */
function toEntity({ entity, alerts, rank }: EntityRow): Top['entities'][number] {
  const colon = entity.indexOf(':');
  // The type was one of the closed set when the fact was stored, and the rank one of Severity's.
  const type = entity.slice(0, colon) as Top['entities'][number]['type'];
  return { type, value: entity.slice(colon + 1), alerts, maxSeverity: Severity.options[rank] ?? 'informational' };
}

/** What is behind most alerts. */
export function createTopRepository() {
  return {
    entities: async (
      read: Queryable,
      tenantId: string,
      { from, to }: Span,
      limitRows: number,
    ): Promise<Top['entities']> => {
      const rows = await read.query<EntityRow>(sql`
        select entity, count(*) as alerts, max(array_position(${[...Severity.options]}::text[], severity) - 1) as rank
        from analytics.alerts cross join unnest(entities) as entity
        where tenant_id = ${tenantId} and received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz
        group by entity order by alerts desc, rank desc, entity limit ${limitRows}`);
      return rows.map(toEntity);
    },

    techniques: (
      read: Queryable,
      tenantId: string,
      { from, to }: Span,
      limitRows: number,
    ): Promise<Top['techniques']> =>
      read.query<Top['techniques'][number]>(sql`
        select technique, count(*) as alerts
        from analytics.alerts cross join unnest(techniques) as technique
        where tenant_id = ${tenantId} and received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz
        group by technique order by alerts desc, technique limit ${limitRows}`),

    rules: (read: Queryable, tenantId: string, { from, to }: Span, limitRows: number): Promise<Top['rules']> =>
      read.query<Top['rules'][number]>(sql`
        select source, rule, count(*) as alerts from analytics.alerts
        where tenant_id = ${tenantId} and received_at >= ${from}::timestamptz and received_at < ${to}::timestamptz and rule is not null
        group by source, rule order by alerts desc, source, rule limit ${limitRows}`),
  };
}
