import type { Revocation, RevocationKind } from '@soc/contracts/auth/revocations';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import { cutOffOf } from './domain/revocation.ts';

/**
 * How far a reader has come. What was not visible when it began this round was written by the transaction `roundFrom` or a
 * later one, so the next round begins there; `page` is how far this round has come, null between two.
 */
export interface FeedPosition {
  readonly from: string;
  readonly round: { readonly next: string; readonly writtenBy: string; readonly id: string } | null;
}

export const FEED_START: FeedPosition = { from: '0', round: null };

interface FeedRow {
  readonly oldest_running: string;
  readonly is_known: boolean;
  readonly id: string | null;
  readonly written_by: string;
  readonly kind: RevocationKind;
  readonly subject: string;
  readonly before: string;
  readonly at: string;
}

export interface NewRevocation {
  readonly kind: RevocationKind;
  readonly subject: string;
  readonly tenantId: string;
  readonly before: Date;
}

export const revocationRepository = {
  add: async (tx: Tx, { kind, subject, tenantId, before }: NewRevocation, at: Date): Promise<void> => {
    await tx.query(
      sql`insert into auth.revocations (kind, subject, tenant_id, before, at)
          values (${kind}, ${subject}, ${tenantId}, ${before}, ${at})`,
    );
  },

  /**
   * Every token that these people, and the API keys they made, have been given is refused from the commit on. Call it last:
   * what the transaction had to wait for may have been a token being issued, and `at` must be after it.
   */
  revokeUsers: async (tx: Tx, tenantId: string, userIds: readonly string[], at: Date): Promise<void> => {
    const before = cutOffOf(at);
    await tx.query(
      sql`with revoked as (
            update auth.users set tokens_valid_from = greatest(tokens_valid_from, ${before}::timestamptz)
            where tenant_id = ${tenantId} and id = any(${userIds}::uuid[])
            returning id, tenant_id, tokens_valid_from)
          insert into auth.revocations (kind, subject, tenant_id, before, at)
          select 'user', id::text, tenant_id, tokens_valid_from, ${at} from revoked`,
    );
  },

  /** The next rows of the feed and the position after them. A row that is seen twice was written while others were. */
  listAfter: async (
    db: Queryable,
    position: FeedPosition,
    limitRows: number,
  ): Promise<{ readonly items: Revocation[]; readonly position: FeedPosition }> => {
    const { from, round } = position;
    // One statement, hence one snapshot: what it does not see has not been committed before `oldest_running` was taken. A
    // position ahead of the server is of another one (a restored backup) and begins anew.
    const rows = await db.query<FeedRow>(
      sql`select now.oldest_running::text, now.is_known, r.id, r.written_by::text, r.kind, r.subject, r.before, r.at
          from (select pg_snapshot_xmin(pg_current_snapshot()) as oldest_running,
                       ${from}::xid8 <= pg_snapshot_xmax(pg_current_snapshot()) as is_known) now
          left join lateral (
            select * from auth.revocations
            where (written_by >= ${from}::xid8 or not now.is_known)
              and (written_by, id) > (${round?.writtenBy ?? '0'}::xid8, ${round?.id ?? NIL}::uuid)
            order by written_by, id limit ${limitRows}) r on true
          order by r.written_by, r.id`,
    );
    const [first] = rows;
    const found = rows.filter(({ id }) => id !== null);
    const last = found.at(-1);
    const next = round?.next ?? first?.oldest_running ?? from;
    return {
      items: found.map(({ kind, subject, before, at }) => ({ kind, subject, before, at })),
      position:
        last && found.length === limitRows
          ? { from, round: { next, writtenBy: last.written_by, id: last.id ?? NIL } }
          : { from: next, round: null },
    };
  },

  forgetBefore: async (db: Queryable, at: Date): Promise<void> => {
    await db.query(sql`delete from auth.revocations where at < ${at}`);
  },
} as const;

const NIL = '00000000-0000-0000-0000-000000000000';
