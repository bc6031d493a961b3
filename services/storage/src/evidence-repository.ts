import type { CustodyEntry } from '@soc/contracts/storage/custody';
import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { joinSql, type Queryable, sql, type Tx } from '@soc/db-cluster';
import {
  appendCustody,
  demandUnbrokenCustody,
  type CustodyHead,
  type CustodySigner,
} from './custody/append-custody.ts';
import { custodyRepository, type CustodyOwner, type NewCustodyEntry } from './custody/custody-repository.ts';

/** An object with the place of its content. */
export interface KeptObject {
  readonly object: EvidenceObject;
  readonly key: string;
}

interface ObjectRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly object_key: string;
  readonly filename: string;
  readonly content_type: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly blake3: string | null;
  readonly detected_type: string;
  readonly warnings: EvidenceObject['warnings'];
  readonly quarantine_reason: string | null;
  readonly legal_hold: boolean;
  readonly retain_until: string | null;
  readonly purged_at: string | null;
  readonly incident_id: string | null;
  readonly alert_id: string | null;
  readonly stored_by: string;
  readonly stored_at: string;
}

interface CustodyRow extends Omit<CustodyEntry, 'actorId'> {
  readonly actor_id: string;
}

const columns = sql`
  id, tenant_id, object_key, filename, content_type, size_bytes, sha256, incident_id, alert_id, stored_by, stored_at,
  blake3, detected_type, warnings, quarantine_reason, legal_hold, retain_until, purged_at`;

const fromRow = (row: ObjectRow): KeptObject => ({
  key: row.object_key,
  object: {
    id: row.id,
    tenantId: row.tenant_id,
    filename: row.filename,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    incidentId: row.incident_id,
    alertId: row.alert_id,
    storedBy: row.stored_by,
    storedAt: row.stored_at,
    blake3: row.blake3,
    detectedType: row.detected_type,
    warnings: row.warnings,
    quarantineReason: row.quarantine_reason,
    legalHold: row.legal_hold,
    retainUntil: row.retain_until,
    purgedAt: row.purged_at,
  },
});

export interface ObjectFilter {
  readonly tenantId: string;
  readonly incidentId?: string | undefined;
  readonly alertId?: string | undefined;
  readonly sha256?: string | undefined;
  readonly after?: { readonly storedAt: string; readonly id: string } | undefined;
  readonly limitRows: number;
}

/** Evidence objects and the log of who had them. */
export function createEvidenceRepository(signer: CustodySigner) {
  return {
    insert: async (tx: Tx, { object, key }: KeptObject): Promise<void> => {
      await tx.query(sql`
        insert into storage.objects (${columns})
        values (${object.id}, ${object.tenantId}, ${key}, ${object.filename}, ${object.contentType}, ${object.sizeBytes},
                ${object.sha256}, ${object.incidentId}, ${object.alertId}, ${object.storedBy}, ${object.storedAt}, ${object.blake3},
                ${object.detectedType}, ${object.warnings}, ${object.quarantineReason}, ${object.legalHold},
                ${object.retainUntil}, ${object.purgedAt})`);
    },

    find: async (read: Queryable, tenantId: string, id: string): Promise<KeptObject | undefined> => {
      const [row] = await read.query<ObjectRow>(
        sql`select ${columns} from storage.objects where tenant_id = ${tenantId} and id = ${id}`,
      );
      return row && fromRow(row);
    },

    /** For a change; held until the transaction ends. */
    findForUpdate: async (tx: Tx, tenantId: string, id: string): Promise<KeptObject | undefined> => {
      const [row] = await tx.query<ObjectRow>(
        sql`select ${columns} from storage.objects where tenant_id = ${tenantId} and id = ${id} for update`,
      );
      return row && fromRow(row);
    },

    /** Whether a purge has named it and has not removed it yet, or could not say so. */
    isBeingPurged: async (tx: Tx, id: string): Promise<boolean> => {
      const rows = await tx.query(sql`
        select from storage.objects where id = ${id} and purge_begun_at is not null and purged_at is null`);
      return rows.length > 0;
    },

    saveControls: async (tx: Tx, object: EvidenceObject): Promise<void> => {
      await tx.query(sql`
        update storage.objects set legal_hold = ${object.legalHold}, retain_until = ${object.retainUntil},
          quarantine_reason = ${object.quarantineReason} where id = ${object.id}`);
    },

    list: async (read: Queryable, filter: ObjectFilter): Promise<readonly EvidenceObject[]> => {
      const { tenantId, incidentId, alertId, sha256, after, limitRows } = filter;
      const conditions = [sql`tenant_id = ${tenantId}`];
      if (incidentId !== undefined) conditions.push(sql`incident_id = ${incidentId}`);
      if (alertId !== undefined) conditions.push(sql`alert_id = ${alertId}`);
      if (sha256 !== undefined) conditions.push(sql`sha256 = ${sha256}`);
      if (after !== undefined) conditions.push(sql`(stored_at, id) < (${after.storedAt}, ${after.id})`);
      const rows = await read.query<ObjectRow>(sql`
        select ${columns} from storage.objects where ${joinSql(conditions, ' and ')}
        order by stored_at desc, id desc limit ${limitRows}`);
      return rows.map((row) => fromRow(row).object);
    },

    /** With the places of their contents, in the order of their ids. */
    listKept: async (
      read: Queryable,
      filter: {
        readonly tenantId: string;
        readonly objectIds?: readonly string[] | undefined;
        readonly incidentId?: string | undefined;
        readonly alertId?: string | undefined;
        readonly limitRows: number;
      },
    ): Promise<readonly KeptObject[]> => {
      const { tenantId, objectIds, incidentId, alertId, limitRows } = filter;
      const conditions = [sql`tenant_id = ${tenantId}`];
      if (objectIds !== undefined) conditions.push(sql`id = any(${objectIds}::uuid[])`);
      if (incidentId !== undefined) conditions.push(sql`incident_id = ${incidentId}`);
      if (alertId !== undefined) conditions.push(sql`alert_id = ${alertId}`);
      const rows = await read.query<ObjectRow>(sql`
        select ${columns} from storage.objects where ${joinSql(conditions, ' and ')} order by id limit ${limitRows}`);
      return rows.map(fromRow);
    },

    /** Appends the next entry to the signed chain of the object: the one way in. */
    appendCustody: (tx: Tx, object: CustodyOwner, entry: NewCustodyEntry): Promise<CustodyHead> =>
      appendCustody(signer, tx, object, entry),

    /** Whether the custody of the object has an export that is not said to have broken off. Locks the object's row. */
    isExportOpen: async (tx: Tx, objectId: string, exportId: string): Promise<boolean> => {
      await custodyRepository.lock(tx, objectId);
      return custodyRepository.isExportOpen(tx, objectId, exportId);
    },

    /** Before what cannot be taken back; throws `CustodyBrokenError` where `appendCustody` would. */
    demandUnbrokenCustody: (tx: Tx, objectId: string): Promise<void> => demandUnbrokenCustody(signer, tx, objectId),

    listCustody: async (
      read: Queryable,
      filter: { readonly objectId: string; readonly afterSequence: number; readonly limitRows: number },
    ): Promise<readonly CustodyEntry[]> => {
      const rows = await read.query<CustodyRow>(sql`
        select sequence, action, actor, actor_id, at, detail from storage.custody_entries
        where object_id = ${filter.objectId} and sequence > ${filter.afterSequence}
        order by sequence limit ${filter.limitRows}`);
      return rows.map(({ actor_id, ...entry }) => ({ ...entry, actorId: actor_id }));
    },
  };
}

export type EvidenceRepository = ReturnType<typeof createEvidenceRepository>;
