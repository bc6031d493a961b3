import { type Queryable, sql } from '@soc/db-cluster';
import type { Generation } from './generation.ts';

interface GenerationRow {
  readonly index_name: string;
  readonly kind: string;
  readonly from_ms: number;
  readonly mapping: string;
  readonly state: Generation['state'];
  readonly copy_task: string | null;
  readonly index_uuid: string | null;
}

/** Which indices there are, and for what. */
export interface SearchGenerations {
  readonly list: (db: Queryable) => Promise<readonly Generation[]>;
  /** Harmless when it is known. */
  readonly add: (db: Queryable, generation: Generation) => Promise<void>;
  readonly setIndexUuid: (db: Queryable, indexName: string, uuid: string) => Promise<void>;
  readonly setCopyTask: (db: Queryable, indexName: string, task: string | null) => Promise<void>;
  /** What was built takes the place of what it was copied from. */
  readonly replace: (db: Queryable, old: Generation, built: Generation) => Promise<void>;
  readonly remove: (db: Queryable, indexName: string) => Promise<void>;
}

export function createSearchGenerations(): SearchGenerations {
  return {
    list: async (db) => {
      const rows = await db.query<GenerationRow>(sql`
        select index_name, kind, from_ms::float8 as from_ms, mapping, state, copy_task, index_uuid
        from storage.search_generations order by kind, from_ms, index_name`);
      return rows.map(({ index_name, from_ms, copy_task, index_uuid, ...row }) => ({
        ...row,
        indexName: index_name,
        fromMs: from_ms,
        copyTask: copy_task,
        indexUuid: index_uuid,
      }));
    },
    add: async (db, { indexName, kind, fromMs, mapping, state, indexUuid }) => {
      await db.query(sql`
        insert into storage.search_generations (index_name, kind, from_ms, mapping, state, index_uuid)
        values (${indexName}, ${kind}, ${fromMs}::bigint, ${mapping}, ${state}, ${indexUuid})
        on conflict (index_name) do nothing`);
    },
    setIndexUuid: async (db, indexName, uuid) => {
      await db.query(sql`update storage.search_generations set index_uuid = ${uuid} where index_name = ${indexName}`);
    },
    setCopyTask: async (db, indexName, task) => {
      await db.query(sql`
        update storage.search_generations set copy_task = ${task} where index_name = ${indexName}`);
    },
    replace: async (db, old, built) => {
      await db.query(sql`
        update storage.search_generations
        set state = case index_name when ${built.indexName} then 'live' else 'retired' end, copy_task = null
        where index_name in (${old.indexName}, ${built.indexName})`);
    },
    remove: async (db, indexName) => {
      await db.query(sql`delete from storage.search_generations where index_name = ${indexName}`);
    },
  };
}
