import { type Queryable, sql } from '@soc/db-cluster';
import type { IdempotentRequest } from './domain/replay.ts';

/** After the death of its holder a claim bars others for this long at most. A chunk is stored in far less. */
const CLAIM_S = 60;

/** Which bulk of an Idempotency-Key is being stored. By the clock of the database, which all replicas share. */
export function createBulkClaimRepository() {
  const claimEnd = sql`clock_timestamp() + make_interval(secs => ${CLAIM_S})`;
  return {
    /** False while another request holds the key. */
    take: async (write: Queryable, { tenantId, key }: IdempotentRequest, holder: string): Promise<boolean> => {
      const rows = await write.query(sql`
        insert into alert.bulk_claims as known (tenant_id, key, holder, claimed_until)
        values (${tenantId}, ${key}, ${holder}, ${claimEnd})
        on conflict (tenant_id, key) do update
          set holder = excluded.holder, claimed_until = excluded.claimed_until
          where known.claimed_until < clock_timestamp()
        returning key`);
      return rows.length > 0;
    },

    /** Keeps the claim for another while; without effect once somebody else has it. */
    renew: async (write: Queryable, { tenantId, key }: IdempotentRequest, holder: string): Promise<void> => {
      await write.query(sql`
        update alert.bulk_claims set claimed_until = ${claimEnd}
        where tenant_id = ${tenantId} and key = ${key} and holder = ${holder}`);
    },

    release: async (write: Queryable, { tenantId, key }: IdempotentRequest, holder: string): Promise<void> => {
      await write.query(sql`
        delete from alert.bulk_claims where tenant_id = ${tenantId} and key = ${key} and holder = ${holder}`);
    },

    /** Forgets what dead processes left. */
    prune: async (write: Queryable): Promise<void> => {
      await write.query(sql`delete from alert.bulk_claims where claimed_until < clock_timestamp()`);
    },
  };
}

export type BulkClaimRepository = ReturnType<typeof createBulkClaimRepository>;
