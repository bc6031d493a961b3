import type { StepOutcome, StepRequest, StepState } from '@soc/contracts/response/step-executions';

/** One attempt at one effect of one step, as the executor reads it back. */
export interface JournalEntry {
  readonly stepId: string;
  readonly effect: number;
  readonly attempt: number;
  readonly state: StepState;
  readonly outcome: StepOutcome | null;
  /** RFC 3339. When a delay is over, the next attempt is due, or a decision comes too late. */
  readonly dueAt: string | null;
}

/** An entry to be written; one with the same step, effect and attempt is overwritten. */
export interface JournalRecord extends JournalEntry {
  /** Null keeps the one already there. */
  readonly request: StepRequest | null;
}

/** What becomes of an entry that was started and that nobody works on any more. */
export const LOST: Pick<JournalRecord, 'state' | 'outcome' | 'dueAt' | 'request'> = {
  state: 'uncertain',
  outcome: { detail: 'no answer was journaled' },
  dueAt: null,
  request: null,
};

/** What becomes of a journal nobody works on any more but for what is in flight: what was started is of unknown outcome. */
export const lostRecords = (
  journal: readonly JournalEntry[],
  inFlight: ReadonlySet<string>,
): readonly JournalRecord[] =>
  [...latestEntries(journal).values()]
    .filter((entry) => entry.state === 'started' && !inFlight.has(attemptKey(entry)))
    .map((entry) => ({ ...entry, ...LOST }));

/** Names an effect of a step; with `attempt`, one try at it. */
export const effectKey = (stepId: string, effect: number): string => `${stepId}#${effect}`;
export const attemptKey = ({ stepId, effect, attempt }: Pick<JournalEntry, 'stepId' | 'effect' | 'attempt'>): string =>
  `${effectKey(stepId, effect)}#${attempt}`;

/** The last attempt at every effect. */
export function latestEntries(journal: readonly JournalEntry[]): ReadonlyMap<string, JournalEntry> {
  const latest = new Map<string, JournalEntry>();
  for (const entry of journal) {
    const key = effectKey(entry.stepId, entry.effect);
    if (entry.attempt >= (latest.get(key)?.attempt ?? 0)) latest.set(key, entry);
  }
  return latest;
}
