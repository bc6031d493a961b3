import type { RunOutcome } from '@soc/contracts';
import { breakageOf } from './effect-progress.ts';
import { effectsOf } from './effects.ts';
import { evaluate } from './evaluate.ts';
import { attemptKey, effectKey, type JournalEntry, type JournalRecord, latestEntries, lostRecords } from './journal.ts';
import { parseExpression } from './parse-expression.ts';
import { planEffect, type PlannedEffect, type Stop } from './plan-effect.ts';
import type { PlanInput } from './plan-input.ts';
import type { ActionStep, IfStep, Step } from './playbook.ts';
import { runScope, type Scope, stepScope } from './variables.ts';
import { type Decision, DONE, type Flow, walkChain } from './walk.ts';

export type Next =
  /** Effects are under way: ask again when one has ended. */
  | { readonly kind: 'busy' }
  /** Nothing to do before `wakeAt` or a person's decision. */
  | { readonly kind: 'idle'; readonly status: 'running' | 'waiting'; readonly wakeAt: string | null }
  | { readonly kind: 'end'; readonly outcome: RunOutcome; readonly detail: string };

/** What to do next: first `records` and the start of each effect of `begin` are journaled together, then they begin. */
export interface Plan {
  readonly records: readonly JournalRecord[];
  readonly begin: readonly PlannedEffect[];
  readonly next: Next;
}

/** Given a playbook and the journal of a run, what happens next. The same question has the same answer, whoever asks. */
export function plan(input: PlanInput): Plan {
  return input.run.cancelRequested ? planCancel(input) : planSteps(input);
}

function planCancel({ journal, inFlight }: PlanInput): Plan {
  const next: Next =
    inFlight.size > 0 ? { kind: 'busy' } : { kind: 'end', outcome: 'cancelled', detail: 'cancelled by a person' };
  return { records: lostRecords(journal, inFlight), begin: [], next };
}

/** What the finished steps gave; a step's own variables stay its own. */
const outputsOf = ({ playbook, journal }: PlanInput): readonly Readonly<Record<string, string>>[] =>
  journal.flatMap(({ stepId, outcome }) => {
    const own = playbook.steps.get(stepId)?.step_variables ?? {};
    const outputs = Object.entries(outcome?.variables ?? {}).filter(([name]) => !Object.hasOwn(own, name));
    return outputs.length === 0 ? [] : [Object.fromEntries(outputs)];
  });

function planSteps(input: PlanInput): Plan {
  const { playbook, run, journal } = input;
  const latest = latestEntries(journal);
  const scope = runScope(playbook, { ...run.variables, __run_id__: run.id }, outputsOf(input));
  const records = new Map<string, JournalRecord>();
  const begin: PlannedEffect[] = [];
  const stops: Stop[] = [];

  const record = (entry: JournalRecord): void => {
    records.set(attemptKey(entry), entry);
  };
  const decide = (stepId: string, step: IfStep): Decision => {
    const last = latest.get(effectKey(stepId, 0));
    const entry = last ?? evaluateStep(stepId, step, stepScope(scope, step));
    if (!last) record({ ...entry, request: null });
    const value = entry.outcome?.condition;
    return value === undefined ? breakageOf(entry) : { kind: 'decided', value };
  };
  const pass = (stepId: string, step: Step): void => {
    if (latest.has(effectKey(stepId, 0))) return;
    const detail = step.type === 'parallel' ? `opened ${step.next_steps.length} branches` : 'passed';
    record({ stepId, effect: 0, attempt: 1, state: 'succeeded', outcome: { detail }, dueAt: null, request: null });
  };
  const act = (stepId: string, step: ActionStep): Flow => {
    const context = { ...input, latest, scope: stepScope(scope, step) };
    for (const [index, effect] of effectsOf(playbook, step).entries()) {
      const planned = planEffect({ stepId, step, index, effect }, context);
      planned.records?.forEach(record);
      if (planned.begin) begin.push(planned.begin);
      if (planned.stop) stops.push(planned.stop);
      if (planned.flow.kind !== 'done') return planned.flow;
    }
    return DONE;
  };

  const walk = (startId: string): Flow => walkChain(playbook, startId, { act, decide, pass });
  const flow = walk(playbook.startId);
  const handled = flow.kind === 'broken' && playbook.exceptionId !== undefined ? walk(playbook.exceptionId) : DONE;
  const isPending = flow.kind === 'pending' || handled.kind === 'pending';
  const isBusy = begin.length > 0 || input.inFlight.size > 0;
  return {
    records: [...records.values()],
    begin,
    next: isPending ? nextOfPending(isBusy, stops) : endOf(flow, run.dryRun),
  };
}

function evaluateStep(stepId: string, { condition }: IfStep, scope: Scope): JournalEntry {
  const parsed = parseExpression(condition);
  const result = parsed.ok ? evaluate(parsed.expression, scope) : parsed;
  const at = { stepId, effect: 0, attempt: 1, dueAt: null };
  return result.ok
    ? { ...at, state: 'succeeded', outcome: { detail: `the condition is ${result.value}`, condition: result.value } }
    : { ...at, state: 'failed', outcome: { detail: result.message } };
}

function nextOfPending(isBusy: boolean, stops: readonly Stop[]): Next {
  if (isBusy) return { kind: 'busy' };
  const due = stops.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
  const isWaiting = stops.some(({ needsPerson }) => needsPerson);
  const wakeAt = due.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
  return { kind: 'idle', status: isWaiting ? 'waiting' : 'running', wakeAt };
}

function endOf(flow: Flow, dryRun: boolean): Next {
  if (flow.kind === 'broken') return { kind: 'end', outcome: flow.cause, detail: flow.detail };
  return { kind: 'end', outcome: 'succeeded', detail: dryRun ? 'dry run: nothing was done' : 'reached the end' };
}
