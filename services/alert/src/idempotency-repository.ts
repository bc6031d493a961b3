import { json, type Queryable, sql } from '@soc/db-cluster';
import type { IdempotentRequest, KnownAnswer } from './domain/replay.ts';

/** First answers by Idempotency-Key. */
export function createIdempotencyRepository() {
  return {
    /**
     * Takes keys that nobody has used since `since`, and returns the others with their first answers. A key that another
     * transaction holds is waited for. Sorted, so that two batches with the same keys cannot deadlock.
     */
    claim: async (
      tx: Queryable,
      keys: readonly IdempotentRequest[],
      times: { readonly at: Date; readonly since: Date },
    ): Promise<readonly KnownAnswer[]> => {
      const tenantIds = keys.map(({ tenantId }) => tenantId);
      const names = keys.map(({ key }) => key);
      const taken = await tx.query<{ tenantId: string; key: string }>(sql`
        insert into alert.idempotency_keys as known (tenant_id, key, request_hash, created_at)
        select tenant_id, key, request_hash, ${times.at}::timestamptz
        from unnest(${tenantIds}::text[], ${names}::text[], ${keys.map(({ requestHash }) => requestHash)}::text[])
          as request (tenant_id, key, request_hash)
        order by tenant_id, key
        on conflict (tenant_id, key) do update
          set request_hash = excluded.request_hash, answer = null, created_at = excluded.created_at
          where known.created_at < ${times.since}
        returning tenant_id as "tenantId", key`);
      if (taken.length === keys.length) return [];
      return tx.query<KnownAnswer>(sql`
        select tenant_id as "tenantId", key, request_hash as "requestHash", answer
        from alert.idempotency_keys
        where (tenant_id, key) in (select * from unnest(${tenantIds}::text[], ${names}::text[]))
          and answer is not null`);
    },

    /** The answer to a key since `since`, if there is one. */
    find: (read: Queryable, { tenantId, key }: IdempotentRequest, since: Date): Promise<KnownAnswer[]> =>
      read.query<KnownAnswer>(sql`
        select tenant_id as "tenantId", key, request_hash as "requestHash", answer from alert.idempotency_keys
        where tenant_id = ${tenantId} and key = ${key} and created_at >= ${since} and answer is not null`),

    /** Stores the answers of keys claimed in the same transaction. */
    complete: async (tx: Queryable, answers: readonly KnownAnswer[]): Promise<void> => {
      if (answers.length === 0) return;
      await tx.query(sql`
        update alert.idempotency_keys as known set answer = given.answer::jsonb
        from unnest(
          ${answers.map(({ tenantId }) => tenantId)}::text[], ${answers.map(({ key }) => key)}::text[],
          ${answers.map(({ answer }) => json(answer))}::text[]
        ) as given (tenant_id, key, answer)
        where known.tenant_id = given.tenant_id and known.key = given.key`);
    },

    prune: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.idempotency_keys where created_at < ${before}`);
    },
  };
}

export type IdempotencyRepository = ReturnType<typeof createIdempotencyRepository>;
