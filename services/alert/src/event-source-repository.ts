import { type Queryable, sql } from '@soc/db-cluster';

export interface SilentSource {
  readonly tenantId: string;
  readonly source: string;
  readonly lastSeenAt: string;
}

/** A silence that has just ended. */
export interface EndedSilence extends SilentSource {
  readonly silentSince: string;
  readonly alertId: string | null;
}

/** Who sends raw events, and who has stopped. */
export function createEventSourceRepository() {
  return {
    /**
     * Notes that a source was heard. Answers the silence that ended thereby, to one asker only: the row stays locked until
     * the end of the transaction, and whoever waited for it finds the silence gone.
     */
    hear: async (tx: Queryable, tenantId: string, source: string, at: Date): Promise<EndedSilence | undefined> => {
      const [row] = await tx.query<{ readonly before: EndedSilence | null }>(sql`
        with before as materialized (
          select tenant_id, source, last_seen_at, silent_since, silent_alert_id from alert.event_sources
          where tenant_id = ${tenantId} and source = ${source} for update
        )
        insert into alert.event_sources as known (tenant_id, source, first_seen_at, last_seen_at)
        select ${tenantId}, ${source}, ${at}, ${at} from (select count(*) from before) as locked
        on conflict (tenant_id, source) do update set
          last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at), silent_since = null, silent_alert_id = null
        returning (
          select json_build_object('tenantId', tenant_id, 'source', source, 'lastSeenAt', last_seen_at,
            'silentSince', silent_since, 'alertId', silent_alert_id)
          from before where silent_since is not null) as before`);
      return row?.before ?? undefined;
    },

    /** Begins the silence of sources last heard before `before`; none that another replica has at hand. */
    silence: (tx: Queryable, before: Date, at: Date, limitRows: number): Promise<SilentSource[]> =>
      tx.query<SilentSource>(sql`
        with fallen as (
          select tenant_id, source from alert.event_sources
          where silent_since is null and last_seen_at <= ${before}
          order by tenant_id, source limit ${limitRows} for update skip locked
        )
        update alert.event_sources as known set silent_since = ${at}
        from fallen where (known.tenant_id, known.source) = (fallen.tenant_id, fallen.source)
        returning known.tenant_id as "tenantId", known.source, known.last_seen_at as "lastSeenAt"`),

    /** Remembers which alert tells of a silence. */
    nameAlerts: async (
      tx: Queryable,
      told: readonly (SilentSource & { readonly alertId: string })[],
    ): Promise<void> => {
      await tx.query(sql`
        update alert.event_sources as known set silent_alert_id = told.alert_id
        from unnest(
          ${told.map(({ tenantId }) => tenantId)}::text[], ${told.map(({ source }) => source)}::text[],
          ${told.map(({ alertId }) => alertId)}::uuid[]) as told (tenant_id, source, alert_id)
        where (known.tenant_id, known.source) = (told.tenant_id, told.source)`);
    },

    /** Forgets sources that have been silent since before `before`. */
    prune: async (write: Queryable, before: Date): Promise<void> => {
      await write.query(sql`delete from alert.event_sources where silent_since < ${before}`);
    },
  };
}

export type EventSourceRepository = ReturnType<typeof createEventSourceRepository>;
