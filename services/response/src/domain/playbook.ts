import { z } from 'zod';

const Text = z.string().max(10_000);
const Identifier = z.string().min(1).max(200);
const VariableName = z.string().regex(/^__[a-zA-Z][\w-]{0,199}__$/, 'a variable is named __name__');
const StartLine = z.string().max(8_192);

/** CACAO 2.0 §10.18: a value travels as text; null and absent mean unknown. */
const Variable = z.object({
  type: z.string(),
  description: z.string().optional(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  constant: z.boolean().optional(),
  external: z.boolean().optional(),
});
export type Variable = z.infer<typeof Variable>;

const VariableDictionary = z.record(VariableName, Variable).default({});

/** CACAO 2.0 §5.5. `content_b64` holds what text cannot. */
export const HttpCommand = z.object({
  type: z.literal('http-api'),
  command: StartLine,
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  content: z.string().max(262_144).optional(),
  content_b64: z.base64().max(262_144).optional(),
});
export type HttpCommand = z.infer<typeof HttpCommand>;

/** CACAO 2.0 §5.8: words for a person. */
export const ManualCommand = z
  .object({ type: z.literal('manual'), command: Text.optional(), command_b64: z.base64().max(16_384).optional() })
  .refine(({ command, command_b64 }) => command !== undefined || command_b64 !== undefined, {
    message: 'needs command or command_b64',
  });
export type ManualCommand = z.infer<typeof ManualCommand>;

export const Command = z.discriminatedUnion('type', [HttpCommand, ManualCommand]);
export type Command = z.infer<typeof Command>;

const base = {
  name: Text.optional(),
  description: z.string().max(50_000).optional(),
  /** Milliseconds before it begins, and until it counts as failed. */
  delay: z.number().int().min(0).max(86_400_000).optional(),
  timeout: z.number().int().min(0).max(2_147_483_647).optional(),
  step_variables: VariableDictionary,
  on_completion: Identifier.optional(),
  on_success: Identifier.optional(),
  on_failure: Identifier.optional(),
  step_extensions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
};

const StartStep = z.object({ ...base, type: z.literal('start') });
const EndStep = z.object({ ...base, type: z.literal('end') });
export const ActionStep = z.object({
  ...base,
  type: z.literal('action'),
  commands: z.array(Command).min(1).max(50),
  agent: Identifier,
  targets: z.array(Identifier).min(1).max(50).optional(),
  in_args: z.array(z.string()).optional(),
  out_args: z.array(z.string()).optional(),
});
const IfStep = z.object({
  ...base,
  type: z.literal('if-condition'),
  condition: Text,
  on_true: Identifier,
  on_false: Identifier.optional(),
});
const ParallelStep = z.object({ ...base, type: z.literal('parallel'), next_steps: z.array(Identifier).min(2).max(50) });

/** The workflow steps the executor knows. */
export const Step = z.discriminatedUnion('type', [StartStep, EndStep, ActionStep, IfStep, ParallelStep]);
export type Step = z.infer<typeof Step>;
export type ActionStep = z.infer<typeof ActionStep>;
export type IfStep = z.infer<typeof IfStep>;
export type ParallelStep = z.infer<typeof ParallelStep>;

/** An agent or a target. Only `http-api` ones have an address that matters here. */
export const Definition = z.object({
  type: z.string(),
  name: z.string(),
  address: z.record(z.string(), z.array(z.union([z.string(), z.number()]))).optional(),
  port: z.union([z.string(), z.number()]).optional(),
  authentication_info: z.string().optional(),
});
export type Definition = z.infer<typeof Definition>;

/** The playbook without its steps' inner shape, which is checked step by step so that each error names its step. */
export const PlaybookFrame = z.object({
  type: z.literal('playbook'),
  spec_version: z.literal('cacao-2.0'),
  id: z.string().regex(/^playbook--[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'must be playbook--<uuid>'),
  name: z.string().min(1).max(500),
  description: z.string().max(50_000).optional(),
  created: z.iso.datetime({ offset: true }),
  modified: z.iso.datetime({ offset: true }),
  revoked: z.boolean().optional(),
  valid_from: z.iso.datetime({ offset: true }).optional(),
  valid_until: z.iso.datetime({ offset: true }).optional(),
  playbook_variables: VariableDictionary,
  workflow_start: Identifier,
  workflow_exception: Identifier.optional(),
  workflow: z.record(Identifier, z.looseObject({ type: z.string() })),
  agent_definitions: z.record(z.string(), Definition).default({}),
  target_definitions: z.record(z.string(), Definition).default({}),
});

/** A CACAO 2.0 playbook whose steps, references and graph have been checked. What the executor does not use is left out. */
export interface Playbook {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly modified: string;
  readonly revoked: boolean;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly variables: ReadonlyMap<string, Variable>;
  readonly startId: string;
  /** Where a failure leads that no step handles. */
  readonly exceptionId: string | undefined;
  readonly steps: ReadonlyMap<string, Step>;
  readonly agents: ReadonlyMap<string, Definition>;
  readonly targets: ReadonlyMap<string, Definition>;
}

/** Why a playbook was refused; `path` is the place in the document, e.g. `workflow.action--1.on_success`. */
export interface PlaybookError {
  readonly path: string;
  readonly reason:
    | 'bad_shape'
    | 'missing_step'
    | 'unknown_reference'
    | 'unsupported_step'
    | 'unsupported_command'
    | 'unsupported_property'
    | 'bad_command'
    | 'bad_condition'
    | 'unknown_variable'
    | 'cycle'
    | 'shared_step';
  readonly message: string;
}
