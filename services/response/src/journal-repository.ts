import type { StepOutcome, StepRequest, StepState } from '@soc/contracts/response/step-executions';
import { json, type Queryable, sql } from '@soc/db-cluster';
import type { JournalEntry, JournalRecord } from './domain/journal.ts';

interface JournalRow {
  readonly step_id: string;
  readonly effect: number;
  readonly attempt: number;
  readonly state: StepState;
  readonly request: StepRequest | null;
  readonly outcome: StepOutcome | null;
  readonly due_at: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
}

/** An entry with its times. */
export interface StoredEntry extends JournalEntry {
  readonly request: StepRequest | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

const toEntry = (row: JournalRow): StoredEntry => ({
  stepId: row.step_id,
  effect: row.effect,
  attempt: row.attempt,
  state: row.state,
  request: row.request,
  outcome: row.outcome,
  dueAt: row.due_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});

const ENDED: ReadonlySet<StepState> = new Set<StepState>(['uncertain', 'succeeded', 'failed', 'simulated']);

/** Most entries people are shown of one run. */
const MAX_SHOWN_ENTRIES = 5_000;

export function createJournalRepository() {
  const columns = sql`step_id, effect, attempt, state, request, outcome, due_at, started_at, ended_at`;
  return {
    /** All of it, in the order the entries ended, those under way last: later outputs win. */
    load: async (read: Queryable, runId: string): Promise<readonly JournalEntry[]> => {
      const rows = await read.query<JournalRow>(sql`
        select step_id, effect, attempt, state, null as request, outcome, due_at, started_at, ended_at
        from response.step_executions where run_id = ${runId}
        order by ended_at nulls last, position`);
      return rows.map(toEntry);
    },

    /** In the order the entries began, for people. */
    list: async (read: Queryable, runId: string): Promise<readonly StoredEntry[]> => {
      const rows = await read.query<JournalRow>(sql`
        select ${columns} from response.step_executions where run_id = ${runId} order by position limit ${MAX_SHOWN_ENTRIES}`);
      return rows.map(toEntry);
    },

    /** Writes entries; one that is there already gets its new state and keeps its request and start. */
    write: async (tx: Queryable, runId: string, records: readonly JournalRecord[], at: Date): Promise<void> => {
      if (records.length === 0) return;
      const rows = records.map(({ stepId, effect, attempt, state, request, outcome, dueAt }) => ({
        step_id: stepId,
        effect,
        attempt,
        state,
        request,
        outcome,
        due_at: dueAt,
        ended_at: ENDED.has(state) ? at.toISOString() : null,
      }));
      await tx.query(sql`
        insert into response.step_executions as entry (run_id, ${columns})
        select ${runId}, step_id, effect, attempt, state, request, outcome, due_at, ${at.toISOString()}::timestamptz, ended_at
        from jsonb_to_recordset(${json(rows)}::jsonb) as record (step_id text, effect integer, attempt integer, state text,
          request jsonb, outcome jsonb, due_at timestamptz, ended_at timestamptz)
        on conflict (run_id, step_id, effect, attempt) do update set state = excluded.state,
          request = coalesce(excluded.request, entry.request), outcome = excluded.outcome, due_at = excluded.due_at,
          ended_at = excluded.ended_at`);
    },
  };
}

export type JournalRepository = ReturnType<typeof createJournalRepository>;
