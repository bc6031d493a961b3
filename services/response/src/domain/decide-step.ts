import type { StepDecision } from '@soc/contracts/response/runs';
import type { StepOutcome } from '@soc/contracts/response/step-executions';
import { progressOf } from './effect-progress.ts';
import { effectsOf, isRepeatable } from './effects.ts';
import { effectKey, type JournalEntry, type JournalRecord, latestEntries } from './journal.ts';
import type { ActionStep, Playbook } from './playbook.ts';

export interface DecisionBody {
  readonly stepId: string;
  readonly decision: StepDecision;
  readonly note?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

export type Decided =
  | { readonly ok: true; readonly record: JournalRecord }
  | { readonly ok: false; readonly refusal: 'step_not_waiting' | 'retry_not_possible' | 'unknown_variable' };

/** The effect of a step that waits for a person, if any: effects of a step follow each other, so there is one at most. */
function findUndecided(
  playbook: Playbook,
  journal: readonly JournalEntry[],
  stepId: string,
  step: ActionStep,
  now: Date,
): JournalEntry | undefined {
  const latest = latestEntries(journal);
  return effectsOf(playbook, step)
    .map((effect, index) => ({ effect, last: latest.get(effectKey(stepId, index)) }))
    .find(({ effect, last }) => {
      const circumstances = { isRepeatable: isRepeatable(step, effect), isInFlight: true, delayMs: 0, now };
      return last !== undefined && progressOf(last, circumstances).kind === 'undecided';
    })?.last;
}

function outcomeOf(entry: JournalEntry, { decision, note, variables }: DecisionBody, decidedBy: string): StepOutcome {
  const by = { decidedBy, ...(note !== undefined && { note }) };
  const isManual = entry.state === 'waiting';
  switch (decision) {
    case 'approve':
      return {
        detail: isManual ? `approved by ${decidedBy}` : `taken as done by ${decidedBy}`,
        ...(Object.keys(variables).length > 0 && { variables }),
        ...by,
      };
    case 'reject':
      return isManual
        ? { detail: `rejected by ${decidedBy}`, rejected: true, ...by }
        : { detail: `taken as failed by ${decidedBy}`, ...by };
    case 'retry':
      return { detail: `to be sent again, says ${decidedBy}`, ...by };
  }
}

/** A person's word on a step that waits for one, as an entry of the journal. */
export function decideStep(
  body: DecisionBody,
  context: {
    readonly playbook: Playbook;
    readonly journal: readonly JournalEntry[];
    readonly decidedBy: string;
    readonly now: Date;
  },
): Decided {
  const { playbook, journal, decidedBy, now } = context;
  const step = playbook.steps.get(body.stepId);
  const entry = step?.type === 'action' ? findUndecided(playbook, journal, body.stepId, step, now) : undefined;
  if (!entry || step?.type !== 'action') return { ok: false, refusal: 'step_not_waiting' };
  if (body.decision === 'retry' && entry.state === 'waiting') return { ok: false, refusal: 'retry_not_possible' };
  const takes = body.decision === 'approve' ? (step.out_args ?? []) : [];
  if (Object.keys(body.variables).some((name) => !takes.includes(name))) {
    return { ok: false, refusal: 'unknown_variable' };
  }
  return {
    ok: true,
    record: {
      ...entry,
      state: body.decision === 'approve' ? 'succeeded' : 'failed',
      outcome: outcomeOf(entry, body, decidedBy),
      dueAt: body.decision === 'retry' ? now.toISOString() : null,
      request: null,
    },
  };
}
