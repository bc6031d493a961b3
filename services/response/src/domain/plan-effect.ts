import type { StepRequest } from '@soc/contracts/response/step-executions';
import { type EffectProgress, progressOf } from './effect-progress.ts';
import { type Effect, idempotencyKey, instructionOf, isRepeatable } from './effects.ts';
import { attemptKey, effectKey, type JournalEntry, type JournalRecord, LOST } from './journal.ts';
import type { PlanInput } from './plan-input.ts';
import type { ActionStep } from './playbook.ts';
import { type HttpRequest, prepareRequest, showRequest } from './prepare-request.ts';
import { fill, type Scope } from './variables.ts';
import { DONE, type Flow, PENDING } from './walk.ts';

/** A request to be journaled as started and then sent. */
export interface PlannedEffect {
  readonly stepId: string;
  readonly effect: number;
  readonly attempt: number;
  readonly request: HttpRequest;
  /** What the journal shows of it. */
  readonly shown: StepRequest;
  readonly timeoutMs: number;
  readonly isRepeatable: boolean;
  /** Variables to be given a value from the answer. */
  readonly outArgs: readonly string[];
}

/** Why an effect goes no further now. */
export interface Stop {
  readonly dueAt: string | null;
  readonly needsPerson: boolean;
}

/** What to do about one effect. */
export interface EffectPlan {
  readonly flow: Flow;
  readonly records?: readonly JournalRecord[];
  readonly begin?: PlannedEffect;
  readonly stop?: Stop;
}

export type EffectContext = Pick<
  PlanInput,
  'playbook' | 'run' | 'inFlight' | 'now' | 'allowedHosts' | 'defaultTimeoutMs'
> & {
  readonly latest: ReadonlyMap<string, JournalEntry>;
  readonly scope: Scope;
};

/** One effect of a step, with its place in the journal. */
interface Placed {
  readonly stepId: string;
  readonly step: ActionStep;
  readonly index: number;
  readonly effect: Effect;
}

const after = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

const recordOf = (
  { stepId, index }: Placed,
  attempt: number,
  rest: Pick<JournalRecord, 'state'> & Partial<JournalRecord>,
): JournalRecord => ({ stepId, effect: index, attempt, outcome: null, dueAt: null, request: null, ...rest });

/** Decides about one effect from the last entry of the journal about it. */
export function planEffect(placed: Placed, context: EffectContext): EffectPlan {
  const last = context.latest.get(effectKey(placed.stepId, placed.index));
  const progress = progressAt(placed, last, context);
  if (progress.kind !== 'orphaned' || !last) return actOn(progress, placed, context, last);
  const lost: JournalRecord = { ...last, ...LOST };
  const next = actOn(progressAt(placed, lost, context), placed, context, last);
  return { ...next, records: [lost, ...(next.records ?? [])] };
}

function progressAt({ step, effect }: Placed, last: JournalEntry | undefined, context: EffectContext): EffectProgress {
  return progressOf(last, {
    isRepeatable: isRepeatable(step, effect),
    isInFlight: last !== undefined && context.inFlight.has(attemptKey(last)),
    delayMs: context.run.dryRun ? 0 : (step.delay ?? 0),
    now: context.now,
  });
}

function actOn(
  progress: EffectProgress,
  placed: Placed,
  context: EffectContext,
  last: JournalEntry | undefined,
): EffectPlan {
  switch (progress.kind) {
    case 'done':
      return { flow: DONE };
    case 'broken':
      return { flow: progress };
    case 'in_flight':
    case 'orphaned':
      return { flow: PENDING };
    case 'not_due':
      return { flow: PENDING, stop: { dueAt: progress.dueAt, needsPerson: false } };
    case 'undecided':
      return { flow: PENDING, stop: { dueAt: progress.dueAt, needsPerson: true } };
    case 'delay': {
      const dueAt = after(context.now, progress.delayMs);
      const record = recordOf(placed, 0, { state: 'delayed', dueAt });
      return { flow: PENDING, records: [record], stop: { dueAt, needsPerson: false } };
    }
    case 'expired':
      return fail(placed, last?.attempt ?? 1, 'nobody decided in time');
    case 'begin':
      return begin(placed, progress.attempt, context);
  }
}

function fail(placed: Placed, attempt: number, detail: string, request: StepRequest | null = null): EffectPlan {
  const record = recordOf(placed, attempt, { state: 'failed', outcome: { detail }, request });
  return { flow: { kind: 'broken', cause: 'failed', detail }, records: [record] };
}

function begin(placed: Placed, attempt: number, context: EffectContext): EffectPlan {
  const { effect } = placed;
  return effect.kind === 'manual'
    ? beginManual(placed, effect, attempt, context)
    : beginHttp(placed, effect, attempt, context);
}

function beginManual(
  placed: Placed,
  { command, assignee }: Extract<Effect, { kind: 'manual' }>,
  attempt: number,
  { run, scope, now }: EffectContext,
): EffectPlan {
  const request: StepRequest = {
    kind: 'manual',
    instruction: fill(instructionOf(command), scope, (value) => value),
    assignee,
  };
  if (run.dryRun) {
    const record = recordOf(placed, attempt, {
      state: 'simulated',
      outcome: { detail: 'would ask a person' },
      request,
    });
    return { flow: DONE, records: [record] };
  }
  const { timeout = 0 } = placed.step;
  const dueAt = timeout === 0 ? null : after(now, timeout);
  const record = recordOf(placed, attempt, { state: 'waiting', dueAt, request });
  return { flow: PENDING, records: [record], stop: { dueAt, needsPerson: true } };
}

function beginHttp(
  placed: Placed,
  effect: Extract<Effect, { kind: 'http' }>,
  attempt: number,
  { run, scope, allowedHosts, defaultTimeoutMs }: EffectContext,
): EffectPlan {
  const { stepId, step, index } = placed;
  const key = idempotencyKey(run.id, stepId, index);
  const prepared = prepareRequest(effect, { scope, key, allowedHosts });
  const shown = showRequest(effect, scope, key);
  if (run.dryRun) {
    const detail = prepared.ok ? 'would be sent' : `would fail: ${prepared.message}`;
    return {
      flow: DONE,
      records: [recordOf(placed, attempt, { state: 'simulated', outcome: { detail }, request: shown })],
    };
  }
  if (!prepared.ok) return fail(placed, attempt, prepared.message, shown);
  const { request } = prepared;
  const { timeout = 0 } = step;
  const planned: PlannedEffect = {
    stepId,
    effect: index,
    attempt,
    request,
    shown,
    timeoutMs: timeout === 0 ? defaultTimeoutMs : timeout,
    isRepeatable: isRepeatable(step, effect),
    outArgs: step.out_args ?? [],
  };
  return { flow: PENDING, begin: planned };
}
