import { type Queryable, sql } from '@soc/db-cluster';

/** What is open, and since when the oldest that nobody has looked at waits. */
export interface Backlog {
  readonly severity: string;
  readonly alerts: number;
  readonly untouched: number;
  readonly oldestUntouchedS: number;
}

/** Seconds from arrival to a milestone, of the alerts that reached it within the span. */
export interface MilestoneDurations {
  readonly milestone: 'acknowledged' | 'resolved';
  readonly alerts: number;
  readonly meanS: number;
  readonly p90S: number;
}

export interface Situation {
  readonly backlog: readonly Backlog[];
  readonly incidents: readonly { readonly severity: string; readonly incidents: number }[];
  readonly durations: readonly MilestoneDurations[];
  /** Alerts that came in within the span, by the techniques they name; the most frequent first. */
  readonly techniques: readonly { readonly technique: string; readonly alerts: number }[];
  /** Of the alerts judged within the span. */
  readonly verdicts: readonly { readonly verdict: string; readonly alerts: number }[];
}

const MOST_TECHNIQUES = 30;

/** A milestone is looked for among the alerts of so many days: the rest would be all there ever was. */
const LOOKED_AT = sql`interval '7 days'`;

/** What operators see of the work of all tenants. Read as the owner of the schema, by no request. */
export function createSituationRepository() {
  const durations = async (read: Queryable, now: Date): Promise<readonly MilestoneDurations[]> =>
    read.query<MilestoneDurations>(sql`
      select milestone, count(*) as alerts, avg(s)::float8 as "meanS",
        percentile_cont(0.9) within group (order by s) as "p90S"
      from analytics.alerts
      cross join lateral (values ('acknowledged', triaged_at), ('resolved', closed_at)) as reached (milestone, at)
      cross join lateral (select greatest(extract(epoch from at - received_at)::float8, 0) as s) as took
      where received_at > ${now.toISOString()}::timestamptz - ${LOOKED_AT}
        and at > ${now.toISOString()}::timestamptz - interval '1 day'
      group by 1`);

  return {
    read: async (read: Queryable, now: Date): Promise<Situation> => {
      const at = sql`${now.toISOString()}::timestamptz`;
      const lastDay = sql`received_at > ${at} - interval '1 day'`;
      return {
        backlog: await read.query<Backlog>(sql`
          select severity, count(*) as alerts, count(*) filter (where triaged_at is null) as untouched,
            coalesce(greatest(extract(epoch from ${at} - min(received_at) filter (where triaged_at is null)), 0), 0)::float8
              as "oldestUntouchedS"
          from analytics.alerts where closed_at is null group by 1`),
        incidents: await read.query(sql`
          select severity, count(*) as incidents from analytics.incidents where closed_at is null group by 1`),
        durations: await durations(read, now),
        techniques: await read.query(sql`
          select technique, count(*) as alerts from analytics.alerts cross join unnest(techniques) as technique
          where ${lastDay} group by 1 order by 2 desc, 1 limit ${MOST_TECHNIQUES}`),
        verdicts: await read.query(sql`
          select verdict, count(*) as alerts from analytics.alerts
          where received_at > ${at} - ${LOOKED_AT} and closed_at > ${at} - interval '1 day' and verdict is not null
          group by 1`),
      };
    },
  };
}
