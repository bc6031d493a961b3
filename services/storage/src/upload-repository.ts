import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { StartedUpload, StoredPart } from './ports/object-store.ts';

/** A content on its way, with what its object will be. */
export interface UploadRecord {
  readonly id: string;
  readonly tenantId: string;
  /** Undefined for an upload in one piece. */
  readonly started: StartedUpload | undefined;
  readonly filename: string;
  readonly contentType: string;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly blake3: string | null;
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly startedBy: string;
  readonly startedById: string;
  readonly startedAt: string;
  readonly expiresAt: string;
}

/** One in parts. */
export interface OpenUpload extends UploadRecord {
  readonly started: StartedUpload;
  readonly sizeBytes: number;
}

interface UploadRow extends Omit<UploadRecord, 'started'> {
  readonly upload: string | null;
  readonly partBytes: number | null;
}

const columns = sql`
  id, tenant_id as "tenantId", upload, part_bytes as "partBytes", filename, content_type as "contentType",
  size_bytes as "sizeBytes", sha256, blake3, incident_id as "incidentId", alert_id as "alertId",
  started_by as "startedBy", started_by_id as "startedById", started_at as "startedAt", expires_at as "expiresAt"`;

const fromRow = ({ upload, partBytes, ...row }: UploadRow): UploadRecord => ({
  ...row,
  started: upload === null || partBytes === null ? undefined : { upload, partBytes },
});

async function insertUpload(tx: Tx, { started, ...upload }: UploadRecord): Promise<void> {
  await tx.query(sql`
    insert into storage.uploads (id, tenant_id, upload, part_bytes, filename, content_type, size_bytes, sha256, blake3,
      incident_id, alert_id, started_by, started_by_id, started_at, expires_at)
    values (${upload.id}, ${upload.tenantId}, ${started?.upload ?? null}, ${started?.partBytes ?? null},
      ${upload.filename}, ${upload.contentType}, ${upload.sizeBytes}, ${upload.sha256}, ${upload.blake3},
      ${upload.incidentId}, ${upload.alertId}, ${upload.startedBy}, ${upload.startedById}, ${upload.startedAt},
      ${upload.expiresAt})`);
}

/** Contents on their way: written down before their first byte, so that what is broken off can be found. */
export function createUploadRepository() {
  return {
    insert: insertUpload,

    /**
     * For one in parts: false when the tenant has `maxOpen` of them, neither given up nor expired. Whoever counts waits for who counts
     * at the same time, or both would find room for one; those of other tenants hardly ever.
     */
    insertOpen: async (tx: Tx, upload: UploadRecord, maxOpen: number): Promise<boolean> => {
      const { tenantId, startedAt } = upload;
      await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('storage.uploads ' || ${tenantId}, 0))`);
      const [row] = await tx.query<{ readonly open: number }>(sql`
        select count(*)::integer as open from storage.uploads
        where tenant_id = ${tenantId} and size_bytes is not null and not dropping and expires_at > ${startedAt}`);
      if ((row?.open ?? 0) >= maxOpen) return false;
      await insertUpload(tx, upload);
      return true;
    },

    /** What the store calls an upload in parts that it has begun, and until when that is open. */
    saveStarted: async (
      tx: Tx,
      { id, started, expiresAt }: Pick<OpenUpload, 'id' | 'started' | 'expiresAt'>,
    ): Promise<void> => {
      await tx.query(sql`
        update storage.uploads set upload = ${started.upload}, part_bytes = ${started.partBytes}, expires_at = ${expiresAt}
        where id = ${id}`);
    },

    /** One in parts that is open: neither given up nor expired. */
    find: async (read: Queryable, tenantId: string, id: string, at: string): Promise<UploadRecord | undefined> => {
      const [row] = await read.query<UploadRow>(sql`
        select ${columns} from storage.uploads
        where tenant_id = ${tenantId} and id = ${id} and upload is not null and not dropping and expires_at > ${at}`);
      return row && fromRow(row);
    },

    /** False when the upload has gone meanwhile. Its first part keeps it open for longer. */
    savePart: async (
      tx: Tx,
      { id, tenantId }: Pick<UploadRecord, 'id' | 'tenantId'>,
      part: StoredPart & { readonly openUntil: string },
    ) => {
      const rows = await tx.query(sql`
        with prolonged as (
          update storage.uploads set expires_at = ${part.openUntil}
          where id = ${id} and tenant_id = ${tenantId} and not dropping and expires_at < ${part.openUntil})
        insert into storage.upload_parts (upload_id, tenant_id, number, size_bytes, tag)
        select id, tenant_id, ${part.number}, ${part.sizeBytes}, ${part.tag} from storage.uploads
        where id = ${id} and tenant_id = ${tenantId} and not dropping
        on conflict (upload_id, number) do update set size_bytes = excluded.size_bytes, tag = excluded.tag
        returning number`);
      return rows.length > 0;
    },

    listParts: async (read: Queryable, id: string): Promise<readonly StoredPart[]> =>
      read.query<StoredPart>(sql`
        select number, size_bytes as "sizeBytes", tag from storage.upload_parts
        where upload_id = ${id} order by number limit 10000`),

    /** Of parts that the store has lost. */
    removeParts: async (tx: Tx, id: string, numbers: readonly number[]): Promise<void> => {
      await tx.query(sql`
        delete from storage.upload_parts where upload_id = ${id} and number = any(${numbers}::integer[])`);
    },

    /** Takes the row of an upload that becomes evidence. False when it became that already, or was given up. */
    take: async (tx: Tx, id: string): Promise<boolean> =>
      (await tx.query(sql`delete from storage.uploads where id = ${id} and not dropping returning id`)).length > 0,

    /**
     * Gives an upload up: once this is committed its content may be removed. False when it became evidence, whose content must
     * never go; asked again, although such an upload has no row.
     */
    giveUp: async (tx: Tx, id: string): Promise<boolean> => {
      const rows = await tx.query(sql`
        update storage.uploads set dropping = true
        where id = ${id} and not exists (select from storage.objects where objects.id = ${id}) returning id`);
      return rows.length > 0;
    },

    remove: async (tx: Tx, id: string): Promise<void> => {
      await tx.query(sql`delete from storage.uploads where id = ${id}`);
    },

    /** What expired, and what was given up and is not removed yet: last, since some of it may stay for long. */
    listAbandoned: async (read: Queryable, at: string): Promise<readonly UploadRecord[]> => {
      const rows = await read.query<UploadRow>(sql`
        select ${columns} from storage.uploads where expires_at < ${at} or dropping
        order by dropping, expires_at limit 500`);
      return rows.map(fromRow);
    },
  };
}

export type UploadRepository = ReturnType<typeof createUploadRepository>;
