import type { Deduplication } from '@soc/contracts/alert/deduplication';
import { json, type Queryable, sql } from '@soc/db-cluster';
import { type Leader, LEADERS_PER_BUCKET } from './domain/deduplication/near-duplicates.ts';
import { fromBigint, toBigint } from './domain/deduplication/simhash.ts';

const columns = sql`
  source, fingerprint, window_s as "windowS", near_distance as "nearDistance", updated_at as "updatedAt",
  updated_by as "updatedBy"`;

/** How the alerts of a source are told apart, and what near-duplicates are looked for among. */
export function createDeduplicationRepository() {
  return {
    /** The settings of some sources. Read by every batch of alerts, so that a change holds at once in every replica. */
    findOf: (
      tx: Queryable,
      wanted: readonly { readonly tenantId: string; readonly source: string }[],
    ): Promise<(Deduplication & { readonly tenantId: string })[]> =>
      tx.query<Deduplication & { readonly tenantId: string }>(sql`
        select tenant_id as "tenantId", ${columns} from alert.deduplication
        where (tenant_id, source) in (
          select * from unnest(
            ${wanted.map(({ tenantId }) => tenantId)}::text[], ${wanted.map(({ source }) => source)}::text[]))`),

    /** How many other sources of a tenant have settings; until the end of the transaction no more come by. */
    countOthers: async (tx: Queryable, tenantId: string, source: string): Promise<number> => {
      await tx.query(sql`
        select pg_advisory_xact_lock(hashtextextended(${`alert deduplication settings ${tenantId}`}, 0))`);
      const [row] = await tx.query<{ count: number }>(sql`
        select count(*)::integer as count from alert.deduplication
        where tenant_id = ${tenantId} and source <> ${source}`);
      return row?.count ?? 0;
    },

    find: async (read: Queryable, tenantId: string, source: string): Promise<Deduplication | undefined> => {
      const [found] = await read.query<Deduplication>(sql`
        select ${columns} from alert.deduplication where tenant_id = ${tenantId} and source = ${source}`);
      return found;
    },

    list: (
      read: Queryable,
      tenantId: string,
      page: { readonly afterSource: string | undefined; readonly limitRows: number },
    ): Promise<Deduplication[]> =>
      read.query<Deduplication>(sql`
        select ${columns} from alert.deduplication where tenant_id = ${tenantId} and source > ${page.afterSource ?? ''}
        order by source limit ${page.limitRows}`),

    put: async (write: Queryable, tenantId: string, given: Deduplication): Promise<void> => {
      const { source, fingerprint, windowS, nearDistance, updatedAt, updatedBy } = given;
      await write.query(sql`
        insert into alert.deduplication (tenant_id, source, fingerprint, window_s, near_distance, updated_at, updated_by)
        values (${tenantId}, ${source}, ${fingerprint && json(fingerprint)}, ${windowS}, ${nearDistance}, ${updatedAt},
          ${updatedBy})
        on conflict (tenant_id, source) do update set
          fingerprint = excluded.fingerprint, window_s = excluded.window_s, near_distance = excluded.near_distance,
          updated_at = excluded.updated_at, updated_by = excluded.updated_by`);
    },

    /** Whether there was one. */
    delete: async (write: Queryable, tenantId: string, source: string): Promise<boolean> => {
      const rows = await write.query(sql`
        delete from alert.deduplication where tenant_id = ${tenantId} and source = ${source} returning source`);
      return rows.length > 0;
    },

    /**
     * Until the end of the transaction near-duplicates of these sources are looked for here only: two replicas that store two
     * of a kind at once would each begin one otherwise. Taken before any fingerprint, in one order.
     */
    lockSources: async (tx: Queryable, names: readonly string[]): Promise<void> => {
      await tx.query(sql`
        select pg_advisory_xact_lock(hashtextextended('alert near-duplicates ' || name, 0))
        from (select unnest(${names.toSorted()}::text[]) as name) as source`);
    },

    findLeaders: async (tx: Queryable, buckets: readonly string[], at: Date): Promise<readonly Leader[]> => {
      const rows = await tx.query<Omit<Leader, 'simhash'> & { readonly simhash: string }>(sql`
        select latest.bucket, latest.alert_id as "alertId", latest.simhash::text as simhash, latest.expires_at as "expiresAt"
        from unnest(${buckets}::uuid[]) as wanted (bucket)
        cross join lateral (
          select bucket, alert_id, simhash, expires_at from alert.simhashes
          where bucket = wanted.bucket and expires_at > ${at}
          order by alert_id desc limit ${LEADERS_PER_BUCKET}
        ) as latest`);
      return rows.map(({ simhash, ...row }) => ({ ...row, simhash: fromBigint(simhash) }));
    },

    addLeaders: async (tx: Queryable, leaders: readonly (Leader & { readonly tenantId: string })[]): Promise<void> => {
      if (leaders.length === 0) return;
      await tx.query(sql`
        insert into alert.simhashes (tenant_id, bucket, alert_id, simhash, expires_at)
        select * from unnest(
          ${leaders.map(({ tenantId }) => tenantId)}::text[], ${leaders.map(({ bucket }) => bucket)}::uuid[],
          ${leaders.map(({ alertId }) => alertId)}::uuid[], ${leaders.map(({ simhash }) => toBigint(simhash))}::bigint[],
          ${leaders.map(({ expiresAt }) => expiresAt)}::timestamptz[])
        on conflict do nothing`);
    },

    prune: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.simhashes where expires_at < ${before}`);
    },
  };
}

export type DeduplicationRepository = ReturnType<typeof createDeduplicationRepository>;
