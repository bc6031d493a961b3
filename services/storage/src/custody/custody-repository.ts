import type { CustodyFact, CustodyLink } from '@soc/audit/custody';
import type { CustodyEntry } from '@soc/contracts/storage/custody';
import { json, type Queryable, sql, type Tx } from '@soc/db-cluster';

export type NewCustodyEntry = Omit<CustodyEntry, 'sequence'>;

/** The object that entries belong to. */
export interface CustodyOwner {
  readonly id: string;
  readonly tenantId: string;
}

/** An entry with its link; without one it was written before custody was signed. */
export interface LinkedEntry {
  readonly fact: CustodyFact;
  readonly chain: Buffer | undefined;
  readonly checkpoint: string | null;
}

interface EntryRow {
  readonly object_id: string;
  readonly tenant_id: string;
  readonly sequence: number;
  readonly action: string;
  readonly actor: string;
  readonly actor_id: string;
  readonly at: string;
  readonly detail: CustodyFact['detail'];
}

interface LinkedRow extends EntryRow {
  readonly adopted: boolean | null;
  readonly chain: Buffer | null;
  readonly checkpoint: string | null;
}

const columns = sql`
  entry.object_id, entry.tenant_id, entry.sequence, entry.action, entry.actor, entry.actor_id, entry.at, entry.detail`;

/** The columns are the record: what is signed is what is stored. */
const factOf = (row: EntryRow, isAdopted: boolean): CustodyFact => ({
  objectId: row.object_id,
  tenantId: row.tenant_id,
  sequence: row.sequence,
  action: row.action,
  actor: row.actor,
  actorId: row.actor_id,
  at: new Date(row.at).toISOString(),
  detail: row.detail,
  isAdopted,
});

/** The tables `storage.custody_entries` and `storage.custody_links`, which can only grow. */
export const custodyRepository = {
  /** One transaction at a time continues the chain of an object. Waits for its turn. */
  lock: async (tx: Tx, objectId: string): Promise<void> => {
    await tx.query(sql`select from storage.objects where id = ${objectId} for update`);
  },

  findLastLink: async (tx: Tx, objectId: string): Promise<CustodyLink | undefined> => {
    const [last] = await tx.query<CustodyLink>(sql`
      select sequence, chain, peaks, checkpoint from storage.custody_links
      where object_id = ${objectId} order by sequence desc limit 1`);
    return last;
  },

  /** Whether an export has its entry, and none that says it broke off. To be asked under the lock: then no commit is still under way. */
  isExportOpen: async (tx: Tx, objectId: string, exportId: string): Promise<boolean> => {
    const [row] = await tx.query<{ readonly is_open: boolean }>(sql`
      select coalesce(bool_or(action = 'exported') and not bool_or(action = 'export_broken_off'), false) as is_open
      from storage.custody_entries where object_id = ${objectId} and detail ->> 'exportId' = ${exportId}`);
    return row?.is_open === true;
  },

  /** Entries after the last link: none, but of an object from before custody was signed. */
  listUnlinked: async (tx: Tx, objectId: string, after: number): Promise<readonly CustodyFact[]> => {
    const rows = await tx.query<EntryRow>(sql`
      select ${columns} from storage.custody_entries as entry
      where object_id = ${objectId} and sequence > ${after} order by sequence`);
    return rows.map((row) => factOf(row, true));
  },

  /** Writes an entry and gives back what was written. */
  append: async (tx: Tx, { id, tenantId }: CustodyOwner, sequence: number, entry: NewCustodyEntry) => {
    const [row] = await tx.query<EntryRow>(sql`
      insert into storage.custody_entries as entry
        (object_id, sequence, tenant_id, action, actor, actor_id, at, detail)
      values (${id}, ${sequence}, ${tenantId}, ${entry.action}, ${entry.actor}, ${entry.actorId},
        ${entry.at}::timestamptz, ${json(entry.detail)}::jsonb)
      returning ${columns}`);
    if (!row) throw new Error('an insert answered no row');
    return factOf(row, false);
  },

  link: async (
    tx: Tx,
    { id, tenantId }: CustodyOwner,
    links: readonly (CustodyLink & { readonly isAdopted: boolean })[],
  ): Promise<void> => {
    await tx.query(sql`
      insert into storage.custody_links (object_id, sequence, tenant_id, adopted, chain, peaks, checkpoint)
      select ${id}::uuid, sequence, ${tenantId}::text, adopted, chain, peaks, checkpoint
      from unnest(${links.map(({ sequence }) => sequence)}::int[], ${links.map(({ isAdopted }) => isAdopted)}::boolean[],
        ${links.map(({ chain }) => chain)}::bytea[], ${links.map(({ peaks }) => peaks)}::bytea[],
        ${links.map(({ checkpoint }) => checkpoint)}::text[]) as given (sequence, adopted, chain, peaks, checkpoint)`);
  },

  /** Entries with their links, in the order of the chain. */
  listLinked: async (
    read: Queryable,
    wanted: { readonly objectId: string; readonly after: number; readonly upTo?: number; readonly limitRows: number },
  ): Promise<readonly LinkedEntry[]> => {
    const rows = await read.query<LinkedRow>(sql`
      select ${columns}, link.adopted, link.chain, link.checkpoint
      from storage.custody_entries as entry left join storage.custody_links as link using (object_id, sequence)
      where object_id = ${wanted.objectId} and sequence > ${wanted.after} and sequence <= ${wanted.upTo ?? 2 ** 31 - 1}
      order by sequence limit ${wanted.limitRows}`);
    return rows.map((row) => ({
      fact: factOf(row, row.adopted ?? false),
      chain: row.chain ?? undefined,
      checkpoint: row.checkpoint,
    }));
  },
} as const;
