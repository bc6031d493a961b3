import { identifier, type Queryable, sql } from '@soc/db-cluster';

/** A message for the outbox; `subject` only when its type is ordered. */
export interface OutboxMessage {
  readonly type: string;
  readonly envelope: string;
  readonly subject?: string | undefined;
}

/** A message's row; `after` is the latest row of the same subject that was not sent yet, null when there is none. */
export interface OutboxRow {
  readonly id: number;
  readonly after: number | null;
}

export interface StoredMessage extends OutboxMessage {
  readonly id: number;
}

/**
 * The part of the outbox that keeps order. Events of a subject are published under its row lock, so their ids are in the
 * order of their commits, and whatever precedes a row is committed when the row is written: it is seen, or sent and gone.
 */
export function createOrderedOutboxRepository(schemaName: string) {
  const schema = identifier(schemaName);
  return {
    /** As `append` of the outbox, with what each message has to come after. */
    append: (tx: Queryable, messages: readonly OutboxMessage[]): Promise<OutboxRow[]> => {
      const subjects = messages.map(({ subject }) => subject ?? null);
      return tx.query<OutboxRow>(sql`
        with message as materialized (
          select type, envelope, subject, place, latest
          from unnest(${messages.map(({ type }) => type)}::text[], ${messages.map(({ envelope }) => envelope)}::text[],
            ${subjects}::text[])
            with ordinality as message (type, envelope, subject, place)
          left join ${schema}.outbox_unsent(${subjects}::text[]) as unsent using (subject)
        ), appended as (
          insert into ${schema}.outbox (type, envelope, subject)
          select type, envelope, subject from message order by place
          returning id
        ), placed as (
          select id, row_number() over (order by id) as place from appended
        )
        select id, latest as after from placed join message using (place) order by id`);
    },

    /** Held until the transaction ends. To be taken before `take`, whose snapshot must see what the last holder left. */
    lock: async (tx: Queryable): Promise<void> => {
      await tx.query(sql`select pg_advisory_xact_lock(hashtext(${`soc-ordered-outbox:${schemaName}`}))`);
    },

    /**
     * Takes the oldest ordered messages of subjects that have one of at least that age or one of these rows. By subject,
     * not by row: a younger row may come first, for a transaction that waited longer for the lock began earlier. Rows are
     * not skipped when locked but waited for, since what comes after them may not go first. The cost is that of the rows
     * taken, however many wait behind them: `old` ends at the limit, and each subject's first rows are looked up.
     */
    take: (
      tx: Queryable,
      { limitRows, olderThanMs, ids }: { limitRows: number; olderThanMs: number; ids: readonly number[] },
    ): Promise<StoredMessage[]> =>
      tx.query<StoredMessage>(sql`
        with old as (
          select subject from ${schema}.outbox
          where subject is not null
            and (${olderThanMs === 0} or created_at <= now() - ${olderThanMs}::float8 * interval '1 ms')
          order by id limit ${limitRows}
        ), chosen as (
          select subject from old
          union
          select subject from ${schema}.outbox where subject is not null and id = any(${ids}::bigint[])
        ), first as (
          select of_subject.id from chosen cross join lateral (
            select id from ${schema}.outbox where subject = chosen.subject order by id limit ${limitRows}) as of_subject
          order by id limit ${limitRows}
        ), locked as (
          select ctid from ${schema}.outbox where id = any(array(select id from first)) order by id for update
        ), taken as (
          delete from ${schema}.outbox where ctid = any(array(select ctid from locked))
          returning id, type, envelope, subject
        )
        select id, type, envelope, subject from taken order by id`),
  };
}

export type OrderedOutboxRepository = ReturnType<typeof createOrderedOutboxRepository>;
