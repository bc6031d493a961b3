import { identifier, type Queryable, sql, type SqlStatement, type WriteOptions } from '@soc/db-cluster';
import { idIn, type Message } from './envelope.ts';
import { earliestUuidv7 } from './event-id.ts';

/** The bus's own tables in one service's schema. */
export function createBusRepository(schemaName: string) {
  const schema = identifier(schemaName);
  return {
    /** Resolves with the ids of the rows. */
    append: async (tx: Queryable, messages: readonly Message[]): Promise<number[]> => {
      const types = messages.map(({ type }) => type);
      const envelopes = messages.map(({ envelope }) => envelope);
      const rows = await tx.query<{ id: number }>(sql`
        insert into ${schema}.outbox (type, envelope)
        select type, envelope from unnest(${types}::text[], ${envelopes}::text[]) as message (type, envelope)
        returning id`);
      return rows.map(({ id }) => id);
    },

    /** Deletes rows that are on their streams, and notes that in the same statement. */
    remove: async (write: Queryable<WriteOptions>, ids: readonly number[], note: SqlStatement): Promise<void> => {
      const statement = sql`with noted as (${note}) delete from ${schema}.outbox where id = any(${ids}::bigint[])`;
      await write.query(statement, { untracked: true });
    },

    /**
     * Takes the oldest messages of at least that age, of types that are not ordered; at 0 all, also those that a clock set
     * back makes look younger. Rows another relay has taken are skipped, so that several relays share the work. By ctid: with `id in (select …)` the planner, which knows nothing of a table that is mostly empty, reads the
     * whole of it for each batch (31 ms against 2).
     */
    takeOldest: async (tx: Queryable, limitRows: number, olderThanMs: number): Promise<Message[]> => {
      const rows = await tx.query<{ type: string; envelope: string }>(sql`
        with taken as (
          delete from ${schema}.outbox
          where ctid = any(array(
            select ctid from ${schema}.outbox
            where (${olderThanMs === 0} or created_at <= now() - make_interval(secs => ${olderThanMs / 1000}::float8))
              and subject is null
            order by id limit ${limitRows} for update skip locked))
          returning id, type, envelope
        )
        select type, envelope from taken order by id`);
      // Only `createMessage` writes envelopes, and each has an id.
      return rows.map(({ type, envelope }) => ({ id: idIn(envelope) ?? '', type, envelope }));
    },

    backlog: async (
      write: Queryable<WriteOptions>,
    ): Promise<{ readonly messages: number; readonly oldestS: number }> => {
      const [row] = await write.query<{ messages: number; oldest_s: number | null }>(
        sql`select count(*) as messages, extract(epoch from now() - min(created_at))::float8 as oldest_s from ${schema}.outbox`,
        { untracked: true },
      );
      return { messages: row?.messages ?? 0, oldestS: Math.round(row?.oldest_s ?? 0) };
    },

    /** As `claim`, and notes in the audit trail that those are handled: one statement, for every batch pays for it. */
    claimAndNote: async (
      tx: Queryable,
      eventIds: readonly string[],
      { type, instance }: { readonly type: string; readonly instance: string },
    ): Promise<ReadonlySet<string>> => {
      const rows = await tx.query<{ event_id: string }>(sql`
        with claimed as (
          insert into ${schema}.inbox (event_id)
          select distinct id from unnest(${eventIds}::uuid[]) as id order by id
          on conflict do nothing
          returning event_id
        ), noted as (
          insert into ${schema}.bus_trail (first_id, kind, type, instance, event_ids)
          select (array_agg(event_id))[1], 'handled', ${type}, ${instance}, array_agg(event_id)
          from (select event_id, left(event_id::text, 8) as period from claimed order by event_id) as sorted
          group by period
        )
        select event_id from claimed`);
      return new Set(rows.map(({ event_id }) => event_id));
    },

    /** Makes events look as if they had never been handled. */
    unclaim: async (tx: Queryable, eventIds: readonly string[]): Promise<void> => {
      await tx.query(sql`delete from ${schema}.inbox where event_id = any(${eventIds}::uuid[])`);
    },

    /** Remembers the event ids and returns those that were not known yet. */
    claim: async (tx: Queryable, eventIds: readonly string[]): Promise<ReadonlySet<string>> => {
      const rows = await tx.query<{ event_id: string }>(sql`
        insert into ${schema}.inbox (event_id)
        select distinct id from unnest(${eventIds}::uuid[]) as id order by id
        on conflict do nothing
        returning event_id`);
      return new Set(rows.map(({ event_id }) => event_id));
    },

    /**
     * Forgets events made before `unixMs`: their ids begin with their time, so no column and no second index is needed.
     * Resolves with how many were forgotten, at most `limitRows`: a long delete would hold up vacuum and replicas.
     */
    forgetClaims: async (write: Queryable, unixMs: number, limitRows: number): Promise<number> => {
      const [row] = await write.query<{ forgotten: number }>(sql`
        with forgotten as (
          delete from ${schema}.inbox where event_id = any(array(
            select event_id from ${schema}.inbox where event_id < ${earliestUuidv7(unixMs)}::uuid
            order by event_id limit ${limitRows}))
          returning 1
        )
        select count(*) as forgotten from forgotten`);
      return row?.forgotten ?? 0;
    },
  };
}

export type BusRepository = ReturnType<typeof createBusRepository>;
