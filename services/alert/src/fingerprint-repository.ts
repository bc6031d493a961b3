import { type Queryable, sql } from '@soc/db-cluster';
import { type Arrival, claimedName, type FingerprintClaim } from './domain/deduplicate.ts';

/** Which alert stands for a fingerprint, and until when. */
export function createFingerprintRepository() {
  return {
    /**
     * Claims the fingerprints of `arrivals`, each fingerprint once. A claim that has expired passes to the newcomer; the
     * news that something is over never opens a window. Rows are locked in the order of the key whatever the order of the
     * arrivals, so that replicas that ingest the same alerts wait for each other instead of deadlocking.
     */
    claim: (tx: Queryable, arrivals: readonly Arrival[], at: Date, windowS: number): Promise<FingerprintClaim[]> => {
      const expiry = new Date(at.getTime() + windowS * 1_000).toISOString();
      const expiries = arrivals.map(({ alert }) => (alert.resolved ? at.toISOString() : expiry));
      return tx.query<FingerprintClaim>(sql`
        insert into alert.fingerprints as known (tenant_id, fingerprint, alert_id, expires_at, has_happened)
        select tenant_id, fingerprint, alert_id, expires_at, expires_at > ${at}
        from unnest(
          ${arrivals.map(({ tenantId }) => tenantId)}::text[], ${arrivals.map(claimedName)}::text[],
          ${arrivals.map(({ id }) => id)}::uuid[], ${expiries}::timestamptz[]
        ) as arrival (tenant_id, fingerprint, alert_id, expires_at)
        order by tenant_id, fingerprint
        on conflict (tenant_id, fingerprint) do update set
          alert_id = case when known.expires_at <= ${at} and excluded.expires_at > ${at}
            then excluded.alert_id else known.alert_id end,
          expires_at = case when known.expires_at <= ${at} and excluded.expires_at > ${at}
            then excluded.expires_at else known.expires_at end,
          has_happened = known.has_happened or excluded.has_happened
        returning tenant_id as "tenantId", fingerprint as name, alert_id as "alertId", has_happened as "hasHappened"`);
    },

    /** Forgets what expired before `before`. */
    prune: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.fingerprints where expires_at < ${before}`);
    },
  };
}

export type FingerprintRepository = ReturnType<typeof createFingerprintRepository>;
