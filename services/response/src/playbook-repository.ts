import type { Page } from '@soc/contracts';
import type { PlaybookSummary } from '@soc/contracts/response/playbooks';
import { json, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { pageOf } from '@soc/service-kit';

interface PlaybookRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly revoked: boolean;
  readonly revision: number;
  readonly modified: string;
  readonly valid_from: string | null;
  readonly valid_until: string | null;
  readonly step_count: number;
  readonly imported_by: string;
  readonly imported_at: string;
}

const columns = sql`id, name, description, enabled, revoked, revision, modified, valid_from, valid_until, step_count,
  imported_by, imported_at`;

const toSummary = (row: PlaybookRow): PlaybookSummary => ({
  id: row.id,
  name: row.name,
  description: row.description,
  enabled: row.enabled,
  revoked: row.revoked,
  revision: row.revision,
  modified: row.modified,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  stepCount: row.step_count,
  importedBy: row.imported_by,
  importedAt: row.imported_at,
});

/** Where a page of playbooks begins: after this name and id. */
export type PlaybookPosition = readonly [name: string, id: string];

export type Document = Readonly<Record<string, unknown>>;

export function createPlaybookRepository() {
  const select = async (read: Queryable, rest: SqlStatement): Promise<readonly PlaybookSummary[]> =>
    (await read.query<PlaybookRow>(sql`select ${columns} from response.playbooks ${rest}`)).map(toSummary);

  return {
    find: async (read: Queryable, tenantId: string, id: string): Promise<PlaybookSummary | undefined> =>
      (await select(read, sql`where tenant_id = ${tenantId} and id = ${id}`))[0],

    /** Stays as it is until the transaction ends, so that what is made to refer to it can. */
    findForShare: async (tx: Queryable, tenantId: string, id: string): Promise<PlaybookSummary | undefined> =>
      (await select(tx, sql`where tenant_id = ${tenantId} and id = ${id} for key share`))[0],

    list: async (
      read: Queryable,
      tenantId: string,
      query: {
        readonly enabled?: boolean | undefined;
        readonly after?: PlaybookPosition | undefined;
        readonly limit: number;
      },
    ): Promise<Page<PlaybookSummary>> => {
      const { enabled, after, limit } = query;
      const byEnabled = enabled === undefined ? sql`` : sql`and enabled = ${enabled}`;
      const beyond = after ? sql`and (name, id) > (${after[0]}, ${after[1]})` : sql``;
      const rows = await select(
        read,
        sql`where tenant_id = ${tenantId} ${byEnabled} ${beyond} order by name, id limit ${limit + 1}`,
      );
      return pageOf(rows, limit, ({ name, id }) => [name, id]);
    },

    /** The playbooks of several tenants at once, for triggers. */
    findMany: async (
      read: Queryable,
      keys: readonly { readonly tenantId: string; readonly playbookId: string }[],
    ): Promise<ReadonlyMap<string, PlaybookSummary>> => {
      const rows = await read.query<PlaybookRow & { tenant_id: string }>(sql`
        select tenant_id, ${columns} from response.playbooks
        where (tenant_id, id) in (
          select * from unnest(${keys.map(({ tenantId }) => tenantId)}::text[], ${keys.map(({ playbookId }) => playbookId)}::text[])
        )`);
      return new Map(rows.map((row) => [`${row.tenant_id} ${row.id}`, toSummary(row)]));
    },

    /** The document of one revision, by default of the current one. */
    findDocument: async (
      read: Queryable,
      tenantId: string,
      id: string,
      revision?: number,
    ): Promise<Document | undefined> => {
      const wanted =
        revision === undefined
          ? sql`(select revision from response.playbooks where tenant_id = ${tenantId} and id = ${id})`
          : sql`${revision}`;
      const [row] = await read.query<{ document: Document }>(sql`
        select document from response.playbook_revisions
        where tenant_id = ${tenantId} and playbook_id = ${id} and revision = ${wanted}`);
      return row?.document;
    },

    /** Documents of the first playbooks by name, for listing what they talk to. */
    listDocuments: (read: Queryable, tenantId: string, limit: number): Promise<readonly { document: Document }[]> =>
      read.query<{ document: Document }>(sql`
        select revision.document from response.playbooks playbook
        join response.playbook_revisions revision on revision.tenant_id = playbook.tenant_id
          and revision.playbook_id = playbook.id and revision.revision = playbook.revision
        where playbook.tenant_id = ${tenantId} order by playbook.name, playbook.id limit ${limit}`),

    /** Two imports of one playbook take turns; a row lock would not do before there is a row. */
    lockForImport: async (tx: Queryable, tenantId: string, id: string): Promise<void> => {
      await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`playbook ${tenantId} ${id}`}, 0))`);
    },

    nextRevision: async (tx: Queryable, tenantId: string, id: string): Promise<number> => {
      const [row] = await tx.query<{ revision: number }>(sql`
        select coalesce(max(revision), 0) + 1 as revision from response.playbook_revisions
        where tenant_id = ${tenantId} and playbook_id = ${id}`);
      return row?.revision ?? 1;
    },

    save: async (tx: Queryable, tenantId: string, playbook: PlaybookSummary, document: Document): Promise<void> => {
      await tx.query(sql`
        insert into response.playbook_revisions (tenant_id, playbook_id, revision, document, imported_at)
        values (${tenantId}, ${playbook.id}, ${playbook.revision}, ${json(document)}, ${playbook.importedAt})`);
      await tx.query(sql`
        insert into response.playbooks (tenant_id, ${columns})
        values (${tenantId}, ${playbook.id}, ${playbook.name}, ${playbook.description}, ${playbook.enabled},
          ${playbook.revoked}, ${playbook.revision}, ${playbook.modified}, ${playbook.validFrom}, ${playbook.validUntil},
          ${playbook.stepCount}, ${playbook.importedBy}, ${playbook.importedAt})
        on conflict (tenant_id, id) do update set name = excluded.name, description = excluded.description,
          enabled = excluded.enabled, revoked = excluded.revoked, revision = excluded.revision,
          modified = excluded.modified, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
          step_count = excluded.step_count, imported_by = excluded.imported_by, imported_at = excluded.imported_at`);
    },

    setEnabled: async (
      tx: Queryable,
      tenantId: string,
      id: string,
      enabled: boolean,
    ): Promise<PlaybookSummary | undefined> => {
      const [row] = await tx.query<PlaybookRow>(sql`
        update response.playbooks set enabled = ${enabled} where tenant_id = ${tenantId} and id = ${id}
        returning ${columns}`);
      return row && toSummary(row);
    },

    delete: async (tx: Queryable, tenantId: string, id: string): Promise<boolean> => {
      const rows = await tx.query(sql`
        delete from response.playbooks where tenant_id = ${tenantId} and id = ${id} returning id`);
      return rows.length > 0;
    },
  };
}

export type PlaybookRepository = ReturnType<typeof createPlaybookRepository>;
