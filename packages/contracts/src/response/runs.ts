import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Timestamp, Uuid } from '../primitives.ts';
import { RunOutcome } from './events.ts';
import { PlaybookId } from './playbooks.ts';
import { StepExecution } from './step-executions.ts';

/** `waiting`: a person must decide before it goes on. The last four are final. */
export const RunStatus = z.enum(['running', 'waiting', ...RunOutcome.options]);
export type RunStatus = z.infer<typeof RunStatus>;

/** Who or what started a run. */
export const RunOrigin = z.object({
  kind: z.enum(['person', 'trigger', 'request']),
  /** Id of the trigger or of the request; null for a person. */
  id: Uuid.nullable(),
  /** The person's name, the trigger's name. */
  name: z.string(),
});
export type RunOrigin = z.infer<typeof RunOrigin>;

/** One execution of a playbook. */
export const Run = z.object({
  id: Uuid,
  playbookId: PlaybookId,
  playbookName: z.string(),
  playbookRevision: z.number().int().min(1),
  incidentId: Uuid.nullable(),
  status: RunStatus,
  /** How it ended and why; null before. */
  detail: z.string().nullable(),
  dryRun: z.boolean(),
  origin: RunOrigin,
  cancelRequested: z.boolean(),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
});
export type Run = z.infer<typeof Run>;

/** The value of a playbook variable. CACAO carries numbers and booleans as text. */
const VariableValue = z.string().max(4096);

const VariableValues = z.record(z.string().regex(/^__[a-zA-Z][\w-]{0,199}__$/, 'must be __name__'), VariableValue);

/** A run with its journal, in the order things happened. */
export const RunDetail = Run.extend({
  /** Values it began with: the incident's and those given by whoever started it. */
  variables: z.record(z.string(), z.string()),
  steps: z.array(StepExecution),
});
export type RunDetail = z.infer<typeof RunDetail>;

const RunParams = z.strictObject({ id: Uuid });

export const StartRun = endpoint({
  id: 'startRun',
  service: 'response',
  method: 'POST',
  url: '/api/v1/response/runs',
  summary: 'Runs a playbook, on an incident or on none; as a dry run it shows what it would do and does nothing.',
  permission: 'runs:execute',
  audit: 'run.start',
  body: z.strictObject({
    playbookId: PlaybookId,
    incidentId: Uuid.optional(),
    variables: VariableValues.default({}),
    dryRun: z.boolean().default(false),
  }),
  responses: { 201: Run },
  errors: {
    404: ['playbook.not_found', 'incident.not_found'],
    409: ['playbook.disabled', 'playbook.revoked', 'playbook.not_yet_valid', 'playbook.expired'],
    422: ['run.unknown_variable', 'run.constant_variable'],
  },
});

export const ListRuns = endpoint({
  id: 'listRuns',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/runs',
  summary: 'Lists runs, newest first.',
  permission: 'playbooks:read',
  query: PageQuery.extend({
    status: RunStatus.optional(),
    playbookId: PlaybookId.optional(),
    incidentId: Uuid.optional(),
  }),
  responses: { 200: page(Run) },
});

export const GetRun = endpoint({
  id: 'getRun',
  service: 'response',
  method: 'GET',
  url: '/api/v1/response/runs/:id',
  summary: 'Shows a run with the journal of its steps.',
  permission: 'playbooks:read',
  params: RunParams,
  responses: { 200: RunDetail },
  errors: { 404: ['run.not_found'] },
});

export const CancelRun = endpoint({
  id: 'cancelRun',
  service: 'response',
  method: 'POST',
  url: '/api/v1/response/runs/:id/cancel',
  summary: 'Asks a run to end: it begins no further step; a request under way is awaited.',
  permission: 'runs:execute',
  audit: 'run.cancel',
  params: RunParams,
  responses: { 202: Run },
  errors: { 404: ['run.not_found'], 409: ['run.ended'] },
});

/**
 * A person's word on a step that waits for one. A manual step: `approve` is done, `reject` is not to be done. A step
 * whose request may or may not have arrived: `approve` takes it as done, `retry` sends it again, `reject` as failed.
 */
export const StepDecision = z.enum(['approve', 'reject', 'retry']);
export type StepDecision = z.infer<typeof StepDecision>;

export const DecideStep = endpoint({
  id: 'decideStep',
  service: 'response',
  method: 'POST',
  url: '/api/v1/response/runs/:id/approve',
  summary: 'Decides a step that waits for a person.',
  permission: 'runs:approve',
  audit: 'run.decide_step',
  auditFields: ['stepId', 'decision'],
  params: RunParams,
  body: z.strictObject({
    stepId: z.string().min(1).max(200),
    decision: StepDecision,
    note: z.string().max(2000).optional(),
    /** Values for the variables the step gives back (its `out_args`); with `approve` only. */
    variables: VariableValues.default({}),
  }),
  responses: { 200: RunDetail },
  errors: {
    404: ['run.not_found'],
    409: ['run.ended', 'run.step_not_waiting', 'run.retry_not_possible'],
    422: ['run.unknown_variable'],
  },
});
