import { identifier, type Queryable, sql } from '@soc/db-cluster';
import { storable } from './storable.ts';

/** An ordered event that could not be handled yet: the failed first of its subject, or one behind it. */
export interface WaitingEvent {
  readonly subject: string;
  readonly eventId: string;
  readonly type: string;
  /** The event alone, sealed. */
  readonly body: Buffer;
}

/** The first of a subject, with its row. */
export interface WaitingHead extends WaitingEvent {
  readonly rowId: number;
  /** Tries that ended in the handler; 0 for one that has only waited. */
  readonly attempts: number;
}

/** Any of them. */
export interface WaitingRow extends WaitingEvent {
  readonly attempts: number;
  /** Of its last failure; absent for one that has only waited. */
  readonly reason: string | undefined;
}

export interface Failure {
  readonly attempts: number;
  readonly reason: string;
  readonly retryAfterMs: number;
}

interface TakenRow extends Omit<WaitingRow, 'eventId' | 'reason'> {
  readonly event_id: string;
  readonly reason: string | null;
}

/** The leases and the waiting events of a service's ordered subscriptions. */
export function createOrderedRepository(schemaName: string) {
  const schema = identifier(schemaName);
  return {
    /** Makes the row that the lease of a noun lives in. */
    declareLease: async (write: Queryable, noun: string): Promise<void> => {
      await write.query(sql`insert into ${schema}.ordered_leases (noun) values (${noun}) on conflict do nothing`);
    },

    /**
     * Resolves with the new epoch, or undefined while another holds the lease; `from` is a holder it may be taken from at
     * once. Waits for transactions that hold the old epoch: it changes a key, which conflicts with `for key share`. A row
     * that does not match is not waited for, and one renewed meanwhile no longer matches.
     */
    takeLease: async (
      write: Queryable,
      { noun, holder, forMs, from }: { noun: string; holder: string; forMs: number; from?: string | undefined },
    ): Promise<number | undefined> => {
      const [row] = await write.query<{ epoch: number }>(sql`
        update ${schema}.ordered_leases
        set epoch = epoch + 1, holder = ${holder}, expires_at = clock_timestamp() + ${forMs}::float8 * interval '1 ms'
        where noun = ${noun} and (expires_at <= now() or holder = ${from ?? null}::text)
        returning epoch`);
      return row?.epoch;
    },

    /** Resolves with false when the lease is another's by now. */
    renewLease: async (write: Queryable, noun: string, epoch: number, forMs: number): Promise<boolean> => {
      const rows = await write.query(sql`
        update ${schema}.ordered_leases set expires_at = clock_timestamp() + ${forMs}::float8 * interval '1 ms'
        where noun = ${noun} and epoch = ${epoch}
        returning noun`);
      return rows.length > 0;
    },

    releaseLease: async (write: Queryable, noun: string, epoch: number): Promise<void> => {
      await write.query(sql`
        update ${schema}.ordered_leases set expires_at = '-infinity' where noun = ${noun} and epoch = ${epoch}`);
    },

    /**
     * Which of the events are dead letters, or undefined when the epoch is not the lease's any more; if it is, it stays so
     * until the transaction ends. Until then PostgreSQL also asks whether the connection is alive: were the machine of the
     * holder gone, its open transaction would keep a takeover waiting for minutes.
     */
    underLease: async (
      tx: Queryable,
      { noun, epoch, eventIds }: { noun: string; epoch: number; eventIds: readonly string[] },
    ): Promise<ReadonlySet<string> | undefined> => {
      const [row] = await tx.query<{ buried: string[] }>(sql`
        select array(select event_id::text from ${schema}.dead_letters where event_id = any(${eventIds}::uuid[])) as buried,
          set_config('tcp_keepalives_idle', '2', true), set_config('tcp_keepalives_interval', '1', true),
          set_config('tcp_keepalives_count', '3', true)
        from ${schema}.ordered_leases where noun = ${noun} and epoch = ${epoch} for key share`);
      return row && new Set(row.buried);
    },

    /** Puts events behind what waits of their subjects; the first of a subject that did not wait is its failed head. */
    park: async (tx: Queryable, noun: string, events: readonly WaitingEvent[], failure?: Failure): Promise<void> => {
      await tx.query(sql`
        insert into ${schema}.ordered_waiting (noun, subject, event_id, type, body, attempts, reason, failed_at, due_at)
        select ${noun}, subject, event_id, type, body, ${failure?.attempts ?? 0}::integer, ${storable(failure?.reason)}::text,
          case when ${failure !== undefined}::boolean then now() end,
          now() + ${failure?.retryAfterMs ?? null}::float8 * interval '1 ms'
        from unnest(${events.map(({ subject }) => subject)}::text[], ${events.map(({ eventId }) => eventId)}::uuid[],
          ${events.map(({ type }) => type)}::text[], ${events.map(({ body }) => body)}::bytea[])
          with ordinality as event (subject, event_id, type, body, place)
        order by place
        on conflict (noun, event_id) do nothing`);
    },

    /** The subjects with waiting events and how long until the next try of each; what has only waited is due now. */
    waitingSubjects: async (
      read: Queryable,
      noun: string,
    ): Promise<readonly { readonly subject: string; readonly dueInMs: number }[]> => {
      const rows = await read.query<{ subject: string; due_in_ms: number }>(sql`
        select distinct on (subject) subject,
          greatest(coalesce(extract(epoch from due_at - now()) * 1000, 0), 0)::float8 as due_in_ms
        from ${schema}.ordered_waiting where noun = ${noun} order by subject, id`);
      return rows.map(({ subject, due_in_ms }) => ({ subject, dueInMs: due_in_ms }));
    },

    head: async (read: Queryable, noun: string, subject: string): Promise<WaitingHead | undefined> => {
      const [row] = await read.query<{
        id: number;
        event_id: string;
        type: string;
        body: Buffer;
        attempts: number;
      }>(sql`
        select id, event_id, type, body, attempts from ${schema}.ordered_waiting
        where noun = ${noun} and subject = ${subject} order by id limit 1`);
      return (
        row && { rowId: row.id, subject, eventId: row.event_id, type: row.type, body: row.body, attempts: row.attempts }
      );
    },

    postpone: async (tx: Queryable, rowId: number, { attempts, reason, retryAfterMs }: Failure): Promise<void> => {
      await tx.query(sql`
        update ${schema}.ordered_waiting set attempts = ${attempts}, reason = ${storable(reason)}, failed_at = now(),
          due_at = now() + ${retryAfterMs}::float8 * interval '1 ms'
        where id = ${rowId}`);
    },

    unpark: async (tx: Queryable, rowId: number): Promise<void> => {
      await tx.query(sql`delete from ${schema}.ordered_waiting where id = ${rowId}`);
    },

    /** Takes out the oldest that wait, of all subjects. */
    takeWaiting: async (tx: Queryable, noun: string, limitRows: number): Promise<readonly WaitingRow[]> => {
      const rows = await tx.query<TakenRow>(sql`
        with taken as (
          delete from ${schema}.ordered_waiting
          where id in (select id from ${schema}.ordered_waiting where noun = ${noun} order by id limit ${limitRows})
          returning id, subject, event_id, type, body, attempts, reason
        )
        select subject, event_id, type, body, attempts, reason from taken order by id`);
      return rows.map(({ event_id, reason, ...row }) => ({ ...row, eventId: event_id, reason: reason ?? undefined }));
    },

    countWaiting: async (read: Queryable): Promise<readonly { readonly noun: string; readonly events: number }[]> =>
      read.query<{ noun: string; events: number }>(sql`
        select noun, count(*) as events from ${schema}.ordered_waiting group by noun order by noun limit 100`),
  };
}

export type OrderedRepository = ReturnType<typeof createOrderedRepository>;
