import { type Queryable, sql } from '@soc/db-cluster';
import type { Claiming, FingerprintClaim } from './domain/deduplicate.ts';

const isTakenOver = (at: Date) => sql`
  known.expires_at <= ${at} and excluded.expires_at > ${at}
    and not (not known.has_happened and excluded.event_at <= coalesce(known.event_at, '-infinity'))`;

/** Which alert stands for a fingerprint, and until when. */
export function createFingerprintRepository() {
  return {
    /**
     * Claims fingerprints, each once. A claim that has expired passes to the newcomer; the news that something is over never
     * opens a window, and what turns out to have happened before it belongs to the alert that the news made. Rows are locked
     * in the order of the key whatever the order of the claims, so that replicas that ingest the same alerts wait for each
     * other instead of deadlocking.
     */
    claim: async (tx: Queryable, claims: readonly Claiming[], at: Date): Promise<FingerprintClaim[]> => {
      if (claims.length === 0) return [];
      return tx.query<FingerprintClaim>(sql`
        insert into alert.fingerprints as known (
          tenant_id, fingerprint, alert_id, expires_at, event_at, has_happened, near_distance)
        select * from unnest(
          ${claims.map(({ tenantId }) => tenantId)}::text[], ${claims.map(({ name }) => name)}::text[],
          ${claims.map(({ alertId }) => alertId)}::uuid[], ${claims.map(({ expiresAt }) => expiresAt)}::timestamptz[],
          ${claims.map(({ eventAt }) => eventAt)}::timestamptz[],
          ${claims.map(({ hasHappened }) => hasHappened)}::boolean[],
          ${claims.map(({ nearDistance }) => nearDistance)}::smallint[]
        ) as claim (tenant_id, fingerprint, alert_id, expires_at, event_at, has_happened, near_distance)
        order by tenant_id, fingerprint
        on conflict (tenant_id, fingerprint) do update set
          alert_id = case when ${isTakenOver(at)} then excluded.alert_id else known.alert_id end,
          near_distance = case when ${isTakenOver(at)} then excluded.near_distance else known.near_distance end,
          expires_at = case when known.expires_at <= ${at} and excluded.expires_at > ${at}
            then excluded.expires_at else known.expires_at end,
          event_at = greatest(known.event_at, excluded.event_at),
          has_happened = known.has_happened or excluded.has_happened
        returning tenant_id as "tenantId", fingerprint as name, alert_id as "alertId", has_happened as "hasHappened",
          near_distance as "nearDistance"`);
    },

    /** Of some fingerprints those that are known, and whether an alert still stands for them. */
    findKnown: (
      tx: Queryable,
      wanted: readonly { readonly tenantId: string; readonly name: string }[],
      at: Date,
    ): Promise<{ readonly tenantId: string; readonly name: string; readonly isOpen: boolean }[]> =>
      tx.query(sql`
        select known.tenant_id as "tenantId", known.fingerprint as name, known.expires_at > ${at} as "isOpen"
        from unnest(
          ${wanted.map(({ tenantId }) => tenantId)}::text[], ${wanted.map(({ name }) => name)}::text[]
        ) as wanted (tenant_id, fingerprint)
        join alert.fingerprints as known using (tenant_id, fingerprint)`),

    /** Forgets what expired before `before`. */
    prune: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.fingerprints where expires_at < ${before}`);
    },
  };
}

export type FingerprintRepository = ReturnType<typeof createFingerprintRepository>;
