import { type Queryable, sql, type Tx } from '@soc/db-cluster';

/** Lines as they are sent, gzipped; several of them one after the other are gzip as well. */
export interface SpooledLines {
  readonly id: number;
  readonly points: number;
  readonly lines: Uint8Array;
}

/** Points on their way to InfluxDB. */
export interface MetricSpoolRepository {
  /** Numbers that no other point has, in the order of arrival. */
  readonly drawArrivals: (tx: Tx, count: number) => Promise<readonly number[]>;
  readonly add: (tx: Tx, spooled: Omit<SpooledLines, 'id'> & { readonly at: Date }) => Promise<void>;
  /** Whether this transaction is the one that sends, of all replicas. */
  readonly claim: (tx: Tx) => Promise<boolean>;
  readonly oldest: (tx: Tx, limitRows: number) => Promise<readonly SpooledLines[]>;
  readonly remove: (tx: Tx, ids: readonly number[]) => Promise<void>;
  readonly keepRefused: (
    tx: Tx,
    refused: { readonly line: string; readonly reason: string; readonly at: Date },
  ) => Promise<void>;
  readonly forgetRefused: (db: Queryable, before: Date) => Promise<void>;
  readonly backlog: (db: Queryable) => Promise<MetricBacklog>;
}

export interface MetricBacklog {
  readonly points: number;
  /** When the oldest of them came; null when there is none. */
  readonly since: string | null;
  /** Lines that InfluxDB would not take. */
  readonly refused: number;
}

export const createMetricSpoolRepository = (): MetricSpoolRepository => ({
  drawArrivals: async (tx, count) => {
    const rows = await tx.query<{ arrival: number }>(sql`
      select nextval('storage.metric_arrivals') as arrival from generate_series(1, ${count})`);
    return rows.map(({ arrival }) => arrival);
  },

  add: async (tx, { points, lines, at }) => {
    await tx.query(sql`
      insert into storage.metric_spool (points, lines, spooled_at) values (${points}, ${lines}, ${at})`);
  },

  claim: async (tx) => {
    const [row] = await tx.query<{ claimed: boolean }>(sql`
      select pg_try_advisory_xact_lock(hashtext('storage.metric_spool')) as claimed`);
    return row?.claimed === true;
  },

  oldest: (tx, limitRows) =>
    tx.query<SpooledLines>(sql`select id, points, lines from storage.metric_spool order by id limit ${limitRows}`),

  remove: async (tx, ids) => {
    // By name: a smaller id may be committed later.
    await tx.query(sql`delete from storage.metric_spool where id = any(${ids}::bigint[])`);
  },

  keepRefused: async (tx, { line, reason, at }) => {
    await tx.query(sql`
      insert into storage.metric_refused_lines (line, reason, refused_at) values (${line}, ${reason}, ${at})`);
  },

  forgetRefused: async (db, before) => {
    await db.query(sql`delete from storage.metric_refused_lines where refused_at < ${before}`);
  },

  backlog: async (db) => {
    const [row] = await db.query<MetricBacklog>(sql`
      select coalesce(sum(points), 0)::int as points, min(spooled_at) as since,
        (select count(*) from storage.metric_refused_lines) as refused
      from storage.metric_spool`);
    return row ?? { points: 0, since: null, refused: 0 };
  },
});
