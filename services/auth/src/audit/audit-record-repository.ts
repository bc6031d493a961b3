import { type Queryable, sql } from '@soc/db-cluster';
import type { AuditColumns } from '../domain/audit-columns.ts';

/** A record with its place in the chain; the columns repeat what is in `body`. */
export interface StoredRecord extends AuditColumns {
  readonly seq: number;
  readonly body: string;
  readonly chain: Buffer;
}

/** Any two numbers, the same on every replica. */
const CHAIN_LOCK = 7_266_101;
const CHECKPOINT_LOCK = 7_266_102;

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly tenant_id: string;
  readonly service: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly target_type: string | null;
  readonly target_id: string | null;
  readonly body: string;
  readonly chain: Buffer;
}

const storedRecord = ({ tenant_id, actor_kind, actor_id, target_type, target_id, ...row }: Row): StoredRecord => ({
  ...row,
  tenantId: tenant_id,
  actorKind: actor_kind,
  actorId: actor_id,
  targetType: target_type,
  targetId: target_id,
});

/** The table `auth.audit_records`, which can only grow. */
export const auditRecordRepository = {
  /** Only one transaction at a time continues the chain, so that commits keep its order. Waits for its turn. */
  lockChain: async (tx: Queryable): Promise<void> => {
    await tx.query(sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`);
  },

  /** The last record of the chain; undefined of an empty trail. */
  findHead: async (db: Queryable): Promise<{ readonly seq: number; readonly chain: Buffer } | undefined> => {
    const [head] = await db.query<{ seq: number; chain: Buffer }>(
      sql`select seq, chain from auth.audit_records order by seq desc limit 1`,
    );
    return head;
  },

  /** Whether this transaction is the one that may sign now; none waits. */
  tryLockCheckpoints: async (tx: Queryable): Promise<boolean> => {
    const [row] = await tx.query<{ locked: boolean }>(
      sql`select pg_try_advisory_xact_lock(${CHECKPOINT_LOCK}) as locked`,
    );
    return row?.locked === true;
  },

  /** The records after a place, in the order of the chain. */
  listAfter: async (db: Queryable, seq: number, limitRows: number): Promise<readonly StoredRecord[]> => {
    const rows = await db.query<Row>(sql`
      select seq, id, tenant_id, service, at, action, outcome, actor_kind, actor_id, target_type, target_id, body, chain
      from auth.audit_records where seq > ${seq} order by seq limit ${limitRows}`);
    return rows.map(storedRecord);
  },

  find: async (db: Queryable, seq: number): Promise<{ readonly chain: Buffer } | undefined> => {
    const [row] = await db.query<{ chain: Buffer }>(sql`select chain from auth.audit_records where seq = ${seq}`);
    return row;
  },

  append: async (tx: Queryable, records: readonly StoredRecord[]): Promise<void> => {
    const column = <Key extends keyof StoredRecord>(key: Key) => records.map((record) => record[key]);
    await tx.query(sql`
      insert into auth.audit_records (seq, id, tenant_id, service, at, action, outcome, actor_kind, actor_id, target_type,
        target_id, body, chain)
      select * from unnest(${column('seq')}::bigint[], ${column('id')}::uuid[], ${column('tenantId')}::text[],
        ${column('service')}::text[], ${column('at')}::timestamptz[], ${column('action')}::text[],
        ${column('outcome')}::text[], ${column('actorKind')}::text[], ${column('actorId')}::text[],
        ${column('targetType')}::text[], ${column('targetId')}::text[], ${column('body')}::text[], ${column('chain')}::bytea[])`);
  },
} as const;
