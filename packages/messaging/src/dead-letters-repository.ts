import type { BusActor, DeadLetter, DeadLetterFilter, DeadLetterReason, DeadLetterState } from '@soc/contracts';
import { identifier, joinSql, json, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import { storable } from './storable.ts';

/** An event to be given up. */
export interface NewDeadLetter {
  readonly eventId: string;
  readonly type: string;
  /** As it came, or sealed anew. */
  readonly body: Uint8Array;
  readonly source?: string | undefined;
  readonly subject?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly reasonCode: DeadLetterReason;
  readonly reason: string;
  /** Times a handler was given it. */
  readonly attempts: number;
  readonly failedAt: string;
}

/** Where a page of the list ended: the last failure and the id of its last letter. */
export type LetterPosition = readonly [lastFailedAt: string, eventId: string];

interface LetterRow {
  readonly event_id: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly tenant_id: string | null;
  readonly correlation_id: string | null;
  readonly reason_code: DeadLetterReason;
  readonly reason: string;
  readonly attempts: number;
  readonly first_failed_at: string;
  readonly last_failed_at: string;
  readonly state: DeadLetterState;
  readonly settled_at: string | null;
  readonly settled_by: BusActor | null;
  readonly discard_reason: string | null;
}

const letterOf = (row: LetterRow): DeadLetter => ({
  eventId: row.event_id,
  type: row.type,
  source: row.source,
  subject: row.subject,
  tenantId: row.tenant_id,
  correlationId: row.correlation_id,
  reasonCode: row.reason_code,
  reason: row.reason,
  attempts: row.attempts,
  firstFailedAt: row.first_failed_at,
  lastFailedAt: row.last_failed_at,
  state: row.state,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  discardReason: row.discard_reason,
});

const columns = sql`event_id, type, source, subject, tenant_id, correlation_id, reason_code, reason, attempts,
  first_failed_at, last_failed_at, state, settled_at, settled_by, discard_reason`;

function conditions(filter: DeadLetterFilter, state: DeadLetterState): SqlStatement {
  const { type, reasonCode, since, until, subject, tenantId } = filter;
  const all: SqlStatement[] = [sql`state = ${state}`];
  if (type !== undefined) all.push(sql`type = ${type}`);
  if (reasonCode !== undefined) all.push(sql`reason_code = ${reasonCode}`);
  if (since !== undefined) all.push(sql`last_failed_at >= ${since}::timestamptz`);
  if (until !== undefined) all.push(sql`last_failed_at < ${until}::timestamptz`);
  if (subject !== undefined) all.push(sql`subject = ${subject}`);
  if (tenantId !== undefined) all.push(sql`tenant_id = ${tenantId}`);
  return joinSql(all, ' and ');
}

const readingLetters = (table: SqlStatement) => ({
  list: async (
    read: Queryable,
    query: {
      readonly filter: DeadLetterFilter;
      readonly state: DeadLetterState;
      readonly after: LetterPosition | undefined;
      readonly limitRows: number;
    },
  ): Promise<DeadLetter[]> => {
    const { after } = query;
    const beyond = after ? sql`and (last_failed_at, event_id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
    const rows = await read.query<LetterRow>(sql`
      select ${columns} from ${table} where ${conditions(query.filter, query.state)} ${beyond}
      order by last_failed_at desc, event_id desc limit ${query.limitRows}`);
    return rows.map(letterOf);
  },

  find: async (read: Queryable, eventId: string): Promise<{ letter: DeadLetter; body: Buffer } | undefined> => {
    const [row] = await read.query<LetterRow & { body: Buffer }>(sql`
      select ${columns}, body from ${table} where event_id = ${eventId}::uuid`);
    return row && { letter: letterOf(row), body: row.body };
  },

  /** The letters that wait and fit, the oldest failure first, up to 1,000 after `after`. */
  waiting: (
    read: Queryable,
    filter: DeadLetterFilter,
    limitRows: number,
  ): Promise<{ readonly event_id: string; readonly total: number }[]> =>
    read.query(sql`
      select event_id, count(*) over () as total from ${table} where ${conditions(filter, 'waiting')}
      order by last_failed_at, event_id limit ${limitRows}`),

  count: async (read: Queryable, filter: DeadLetterFilter): Promise<number> => {
    const [row] = await read.query<{ letters: number }>(
      sql`select count(*) as letters from ${table} where ${conditions(filter, 'waiting')}`,
    );
    return row?.letters ?? 0;
  },

  /** The letters that wait, by type, and the age of the oldest in seconds. */
  backlog: (
    read: Queryable,
  ): Promise<{ readonly type: string; readonly letters: number; readonly oldest_s: number }[]> =>
    read.query(sql`
      select type, count(*) as letters, greatest(0, extract(epoch from now() - min(first_failed_at)))::float8 as oldest_s
      from ${table} where state = 'waiting' group by type order by type`),
});

const changingLetters = (table: SqlStatement, inbox: SqlStatement) => ({
  /**
   * Keeps a letter; the same event again brings the one that waits up to date. Not when its effect is committed already:
   * two deliveries at once may end one well and one not. A settled letter stays settled unless `reopens`.
   */
  bury: async (write: Queryable, letter: NewDeadLetter, reopens = false): Promise<void> => {
    await write.query(sql`
      insert into ${table} as letter (event_id, type, body, source, subject, tenant_id, correlation_id, reason_code,
        reason, attempts, first_failed_at, last_failed_at)
      select ${letter.eventId}::uuid, ${letter.type}, ${Buffer.from(letter.body)}::bytea, ${storable(letter.source)},
        ${storable(letter.subject)}, ${storable(letter.tenantId)}, ${storable(letter.correlationId)}, ${letter.reasonCode},
        ${storable(letter.reason)}, ${letter.attempts}, ${letter.failedAt}::timestamptz, ${letter.failedAt}::timestamptz
      where ${letter.reasonCode} not in ('handler_failed', 'not_retryable')
        or not exists (select from ${inbox} where event_id = ${letter.eventId}::uuid)
      on conflict (event_id) do update set
        body = excluded.body, reason_code = excluded.reason_code, reason = excluded.reason,
        attempts = excluded.attempts, last_failed_at = excluded.last_failed_at,
        state = 'waiting', settled_at = null, settled_by = null, discard_reason = null
      where letter.state = 'waiting' or ${reopens}`);
  },

  /** Takes a letter until the end of the transaction; undefined when it is not there or somebody else holds it. */
  take: async (tx: Queryable, eventId: string): Promise<{ letter: DeadLetter; body: Buffer } | undefined> => {
    const [row] = await tx.query<LetterRow & { body: Buffer }>(sql`
      select ${columns}, body from ${table} where event_id = ${eventId}::uuid for update skip locked`);
    return row && { letter: letterOf(row), body: row.body };
  },

  settle: async (
    tx: Queryable,
    eventId: string,
    as: {
      readonly state: 'replayed' | 'discarded';
      readonly by: BusActor;
      readonly at: Date;
      readonly reason?: string;
    },
    runs: 0 | 1,
  ): Promise<DeadLetter | undefined> => {
    const [row] = await tx.query<LetterRow>(sql`
      update ${table} set state = ${as.state}, settled_at = ${as.at}, settled_by = ${json(as.by)}::jsonb,
        discard_reason = ${storable(as.reason)}, attempts = attempts + ${runs}::integer
      where event_id = ${eventId}::uuid returning ${columns}`);
    return row && letterOf(row);
  },

  /** Discards what fits, the oldest failure first; resolves with ids by type. Letters that somebody holds are left out. */
  discardAll: (
    tx: Queryable,
    filter: DeadLetterFilter,
    as: { readonly by: BusActor; readonly at: Date; readonly reason: string },
    limitRows: number,
  ): Promise<{ readonly type: string; readonly event_id: string }[]> =>
    tx.query(sql`
      update ${table} set state = 'discarded', settled_at = ${as.at}, settled_by = ${json(as.by)}::jsonb,
        discard_reason = ${storable(as.reason)}
      where event_id = any(array(
        select event_id from ${table} where ${conditions(filter, 'waiting')}
        order by last_failed_at, event_id limit ${limitRows} for update skip locked))
      returning type, event_id`),

  /** A replay that came to nothing; `runs` is 1 when a handler was given the event. */
  failAgain: async (
    write: Queryable,
    eventId: string,
    as: { readonly reasonCode: DeadLetterReason; readonly reason: string; readonly at: Date },
    runs: 0 | 1,
  ): Promise<DeadLetter | undefined> => {
    const [row] = await write.query<LetterRow>(sql`
      update ${table} set reason_code = ${as.reasonCode}, reason = ${storable(as.reason)}, last_failed_at = ${as.at},
        attempts = attempts + ${runs}::integer
      where event_id = ${eventId}::uuid and state = 'waiting' returning ${columns}`);
    return row && letterOf(row);
  },

  /** Forgets at most `limitRows` letters settled before `unixMs`; resolves with how many. */
  forget: async (write: Queryable, unixMs: number, limitRows: number): Promise<number> => {
    const rows = await write.query(sql`
      delete from ${table} where event_id = any(array(
        select event_id from ${table} where state <> 'waiting' and settled_at < ${new Date(unixMs)} limit ${limitRows}))
      returning event_id`);
    return rows.length;
  },
});

/** The table `dead_letters` of one service. */
export function createDeadLettersRepository(schemaName: string) {
  const schema = identifier(schemaName);
  const table = sql`${schema}.dead_letters`;
  return { ...readingLetters(table), ...changingLetters(table, sql`${schema}.inbox`) };
}

export type DeadLettersRepository = ReturnType<typeof createDeadLettersRepository>;
