import { z } from 'zod';
import { Timestamp } from '../primitives.ts';

/**
 * - `delayed`: its delay is not over; `waiting`: a person must decide
 * - `started`: journaled before the effect; `uncertain`: whether the effect happened is not known
 * - `succeeded`, `failed`; `simulated`: a dry run shows what it would do
 */
export const StepState = z.enum(['delayed', 'waiting', 'started', 'uncertain', 'succeeded', 'failed', 'simulated']);
export type StepState = z.infer<typeof StepState>;

/** What a step asks for. Credentials in headers, query and JSON bodies are replaced by `[redacted]`. */
export const StepRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('http'),
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    /** A JSON or form body, redacted, at most 4,096 characters; null for none and for other kinds. */
    content: z.string().nullable(),
    contentSizeBytes: z.number().int().min(0),
  }),
  z.object({ kind: z.literal('manual'), instruction: z.string(), assignee: z.string().nullable() }),
]);
export type StepRequest = z.infer<typeof StepRequest>;

/** How a step ended. */
export const StepOutcome = z.object({
  detail: z.string(),
  /** Status of the HTTP answer. */
  httpStatus: z.number().int().optional(),
  /** Start of the HTTP answer's body, redacted, at most 4,096 characters. */
  answer: z.string().optional(),
  /** Which way an if-condition went. */
  condition: z.boolean().optional(),
  /** Variables the step gave a value. */
  variables: z.record(z.string(), z.string()).optional(),
  /** A person refused it, as opposed to it failing. */
  rejected: z.boolean().optional(),
  decidedBy: z.string().optional(),
  note: z.string().optional(),
});
export type StepOutcome = z.infer<typeof StepOutcome>;

/** One entry of a run's journal: one attempt at one effect of one step. */
export const StepExecution = z.object({
  stepId: z.string(),
  stepType: z.string(),
  stepName: z.string().nullable(),
  /** A step with several commands or targets has an effect for each, from 0. */
  effect: z.number().int().min(0),
  /** From 1; 0 while delayed. */
  attempt: z.number().int().min(0),
  state: StepState,
  request: StepRequest.nullable(),
  outcome: StepOutcome.nullable(),
  /** When the delay is over, the next attempt is due, or a decision comes too late. */
  dueAt: Timestamp.nullable(),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
});
export type StepExecution = z.infer<typeof StepExecution>;
