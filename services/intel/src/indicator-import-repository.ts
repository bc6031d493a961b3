import type { Queryable } from '@soc/db-cluster';
import { json, sql } from '@soc/db-cluster';
import type { ImportedIndicator } from './domain/stix-bundle.ts';

export interface ImportedRow extends ImportedIndicator {
  readonly id: string;
}

/** Indicators by the thousand. */
export const indicatorImportRepository = {
  /**
   * Adds what is new and updates what is known from the same source, unless the stored version is as new: an older bundle
   * does not undo a newer one, nor an analyst's edit. No value may occur twice in `rows`.
   *
   * One jsonb parameter instead of fourteen arrays: labels are arrays themselves, and unnest would flatten them.
   */
  upsert: async (
    tx: Queryable,
    owner: { readonly tenantId: string; readonly source: string; readonly at: Date },
    rows: readonly ImportedRow[],
  ): Promise<{ readonly imported: number; readonly updated: number }> => {
    const [counts] = await tx.query<{ imported: number; updated: number }>(sql`
      with changed as (
        insert into intel.indicators as known (id, tenant_id, type, value, confidence, threat, description, labels, tlp,
          source, external_id, valid_from, valid_until, revoked, created_at, modified_at)
        select r.id, ${owner.tenantId}, r.type, r.value, r.confidence, r.threat, r.description, r.labels, r.tlp,
          ${owner.source}, r."externalId", r."validFrom", r."validUntil", r.revoked, ${owner.at}, r."modifiedAt"
        from jsonb_to_recordset(${json(rows)}::jsonb) as r (id uuid, type text, value text, confidence smallint, threat text,
          description text, labels text[], tlp text, "externalId" text, "validFrom" timestamptz, "validUntil" timestamptz,
          revoked boolean, "modifiedAt" timestamptz)
        order by r.type, r.value
        on conflict (tenant_id, type, value, source) do update set confidence = excluded.confidence,
          threat = excluded.threat, description = excluded.description, labels = excluded.labels, tlp = excluded.tlp,
          external_id = excluded.external_id, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
          revoked = excluded.revoked, modified_at = excluded.modified_at
        where excluded.modified_at > known.modified_at
        returning (xmax = 0) as is_new
      )
      select count(*) filter (where is_new) as imported, count(*) filter (where not is_new) as updated from changed`);
    return counts ?? { imported: 0, updated: 0 };
  },
};
