import type { BusActor, BusReplay, ReplayState } from '@soc/contracts';
import { identifier, json, type Queryable, sql } from '@soc/db-cluster';

/** How far a replay is: the last entry of the stream that is done, and how many events of the one after it. */
export interface ReplayCursor {
  readonly id: string;
  readonly index: number;
}

/** A replay as it is worked on. */
export interface RunningReplay {
  readonly id: string;
  readonly type: string;
  readonly toMs: number;
  readonly cursor: ReplayCursor;
  readonly by: BusActor;
}

/** What a step adds to a replay. */
export interface ReplayStep {
  readonly cursor: ReplayCursor;
  readonly handled: number;
  readonly ignored: number;
  readonly failed: number;
  /** The time of the oldest entry that was still there, when others before it were missing. */
  readonly missingBefore: Date | undefined;
}

interface ReplayRow {
  readonly id: string;
  readonly type: string;
  readonly from_at: string;
  readonly to_at: string;
  readonly state: ReplayState;
  readonly cursor_id: string;
  readonly cursor_index: number;
  readonly handled: number;
  readonly ignored: number;
  readonly failed: number;
  readonly missing_before: string | null;
  readonly error: string | null;
  readonly requested_by: BusActor;
  readonly requested_at: string;
  readonly ended_at: string | null;
}

const entryMs = (id: string): number => Number(id.split('-')[0]);

function progressOf({ state, from_at, to_at, cursor_id }: ReplayRow): number {
  if (state === 'done') return 1;
  const [from, to] = [Date.parse(from_at), Date.parse(to_at)];
  return Math.min(1, Math.max(0, (entryMs(cursor_id) - from) / Math.max(1, to - from)));
}

const replayOf = (row: ReplayRow): BusReplay => ({
  id: row.id,
  type: row.type,
  from: row.from_at,
  to: row.to_at,
  state: row.state,
  progress: progressOf(row),
  handled: row.handled,
  ignored: row.ignored,
  failed: row.failed,
  missingBefore: row.missing_before,
  error: row.error,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
  endedAt: row.ended_at,
});

const columns = sql`id, type, from_at, to_at, state, cursor_id, cursor_index, handled, ignored, failed, missing_before,
  error, requested_by, requested_at, ended_at`;

/** The journal of replays, table `bus_replays` of one service. */
export function createReplaysRepository(schemaName: string) {
  const table = sql`${identifier(schemaName)}.bus_replays`;
  return {
    /** Undefined when one of this type is running. */
    start: async (
      write: Queryable,
      replay: Pick<RunningReplay, 'id' | 'type' | 'by' | 'cursor'> & {
        readonly from: Date;
        readonly to: Date;
        readonly at: Date;
      },
    ): Promise<BusReplay | undefined> => {
      const [row] = await write.query<ReplayRow>(sql`
        insert into ${table} (id, type, from_at, to_at, cursor_id, requested_by, requested_at)
        values (${replay.id}::uuid, ${replay.type}, ${replay.from}, ${replay.to}, ${replay.cursor.id},
          ${json(replay.by)}::jsonb, ${replay.at})
        on conflict (type) where state = 'running' do nothing
        returning ${columns}`);
      return row && replayOf(row);
    },

    list: async (
      read: Queryable,
      query: {
        readonly state: ReplayState | undefined;
        readonly type: string | undefined;
        /** Ids are UUIDv7: they sort by the time of the request. */
        readonly beforeId: string | undefined;
        readonly limitRows: number;
      },
    ): Promise<BusReplay[]> => {
      const { state = null, type = null, beforeId = null, limitRows } = query;
      const rows = await read.query<ReplayRow>(sql`
        select ${columns} from ${table}
        where (${state}::text is null or state = ${state}) and (${type}::text is null or type = ${type})
          and (${beforeId}::uuid is null or id < ${beforeId}::uuid)
        order by id desc limit ${limitRows}`);
      return rows.map(replayOf);
    },

    find: async (read: Queryable, id: string): Promise<BusReplay | undefined> => {
      const [row] = await read.query<ReplayRow>(sql`select ${columns} from ${table} where id = ${id}::uuid`);
      return row && replayOf(row);
    },

    /**
     * Takes the oldest that runs and nobody works on, until the end of the transaction. By an advisory lock: the row itself
     * stays free, so that a cancellation need not wait for the step under way.
     */
    take: async (tx: Queryable): Promise<RunningReplay | undefined> => {
      const [row] = await tx.query<ReplayRow>(sql`
        with running as materialized (select ${columns} from ${table} where state = 'running' order by id limit 100)
        select ${columns} from running
        where pg_try_advisory_xact_lock(hashtextextended('bus_replays ' || id, 0)) limit 1`);
      return (
        row && {
          id: row.id,
          type: row.type,
          toMs: Date.parse(row.to_at),
          cursor: { id: row.cursor_id, index: row.cursor_index },
          by: row.requested_by,
        }
      );
    },

    /** Resolves with false when it was cancelled meanwhile: then the step must be undone. */
    advance: async (tx: Queryable, id: string, step: ReplayStep): Promise<boolean> => {
      const rows = await tx.query(sql`
        update ${table} set cursor_id = ${step.cursor.id}, cursor_index = ${step.cursor.index},
          handled = handled + ${step.handled}::integer, ignored = ignored + ${step.ignored}::integer,
          failed = failed + ${step.failed}::integer,
          missing_before = greatest(missing_before, ${step.missingBefore ?? null}::timestamptz)
        where id = ${id}::uuid and state = 'running' returning id`);
      return rows.length > 0;
    },

    /** Ends one that runs; undefined when it has ended before or is none. */
    end: async (
      write: Queryable,
      id: string,
      as: {
        readonly state: Exclude<ReplayState, 'running'>;
        readonly at: Date;
        readonly error?: string;
        readonly missingBefore?: Date | undefined;
      },
    ): Promise<BusReplay | undefined> => {
      const [row] = await write.query<ReplayRow>(sql`
        update ${table} set state = ${as.state}, ended_at = ${as.at}, error = ${as.error ?? null},
          missing_before = greatest(missing_before, ${as.missingBefore ?? null}::timestamptz)
        where id = ${id}::uuid and state = 'running' returning ${columns}`);
      return row && replayOf(row);
    },

    /** Forgets those that ended before `unixMs`, at most `limitRows`; resolves with how many. */
    forget: async (write: Queryable, unixMs: number, limitRows: number): Promise<number> => {
      const rows = await write.query(sql`
        delete from ${table} where id = any(array(
          select id from ${table} where state <> 'running' and ended_at < ${new Date(unixMs)} limit ${limitRows}))
        returning id`);
      return rows.length;
    },
  };
}

export type ReplaysRepository = ReturnType<typeof createReplaysRepository>;
