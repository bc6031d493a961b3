import { z } from 'zod';
import { checkCommands } from './check-commands.ts';
import { checkGraph } from './check-graph.ts';
import { checkReferences } from './check-references.ts';
import { type Playbook, type PlaybookError, PlaybookFrame, Step } from './playbook.ts';

export type ReadPlaybook =
  | { readonly ok: true; readonly playbook: Playbook }
  | { readonly ok: false; readonly errors: readonly PlaybookError[] };

const STEP_TYPES: ReadonlySet<string> = new Set(Step.options.map(({ shape }) => shape.type.value));
const COMMAND_TYPES: ReadonlySet<string> = new Set(['http-api', 'manual']);
const MAX_STEPS = 500;
const MAX_ERRORS = 100;

const shapeErrors = (prefix: readonly string[], error: z.ZodError): readonly PlaybookError[] =>
  error.issues.map(({ path, message }) => ({
    path: [...prefix, ...path.map(String)].join('.'),
    reason: 'bad_shape',
    message,
  }));

const CommandTypes = z.looseObject({ commands: z.array(z.looseObject({ type: z.string() })) });

/** Commands of a kind the executor does not know, named before anything else about the step. */
function unsupportedCommands(id: string, raw: unknown): readonly PlaybookError[] {
  const step = CommandTypes.safeParse(raw);
  if (!step.success) return [];
  return step.data.commands.flatMap(({ type }, index): PlaybookError[] =>
    COMMAND_TYPES.has(type)
      ? []
      : [
          {
            path: `workflow.${id}.commands.${index}`,
            reason: 'unsupported_command',
            message: `commands of type ${type} are not supported; supported are ${[...COMMAND_TYPES].join(', ')}`,
          },
        ],
  );
}

function readStep(id: string, raw: { readonly type: string }): Step | readonly PlaybookError[] {
  if (!STEP_TYPES.has(raw.type)) {
    const message = `steps of type ${raw.type} are not supported; supported are ${[...STEP_TYPES].join(', ')}`;
    return [{ path: `workflow.${id}`, reason: 'unsupported_step', message }];
  }
  const unsupported = raw.type === 'action' ? unsupportedCommands(id, raw) : [];
  if (unsupported.length > 0) return unsupported;
  const step = Step.safeParse(raw);
  return step.success ? step.data : shapeErrors(['workflow', id], step.error);
}

const isStep = (read: Step | readonly PlaybookError[]): read is Step => !Array.isArray(read);

function toPlaybook(frame: z.infer<typeof PlaybookFrame>, steps: Playbook['steps']): Playbook {
  return {
    id: frame.id,
    name: frame.name,
    description: frame.description ?? null,
    modified: new Date(frame.modified).toISOString(),
    revoked: frame.revoked ?? false,
    validFrom: frame.valid_from === undefined ? null : new Date(frame.valid_from).toISOString(),
    validUntil: frame.valid_until === undefined ? null : new Date(frame.valid_until).toISOString(),
    variables: new Map(Object.entries(frame.playbook_variables)),
    startId: frame.workflow_start,
    exceptionId: frame.workflow_exception,
    steps,
    agents: new Map(Object.entries(frame.agent_definitions)),
    targets: new Map(Object.entries(frame.target_definitions)),
  };
}

/**
 * Reads a CACAO 2.0 document and checks everything that can be checked before it runs: shape, references, graph,
 * commands, conditions. What is refused is named by place and reason, at most 100 at once.
 */
export function readPlaybook(document: unknown): ReadPlaybook {
  const refuse = (errors: readonly PlaybookError[]): ReadPlaybook => ({
    ok: false,
    errors: errors.slice(0, MAX_ERRORS),
  });
  const frame = PlaybookFrame.safeParse(document);
  if (!frame.success) return refuse(shapeErrors([], frame.error));
  const entries = Object.entries(frame.data.workflow);
  if (entries.length > MAX_STEPS) {
    return refuse([{ path: 'workflow', reason: 'bad_shape', message: `has more than ${MAX_STEPS} steps` }]);
  }
  const read = entries.map(([id, raw]) => [id, readStep(id, raw)] as const);
  const badSteps = read.flatMap(([, step]) => (isStep(step) ? [] : step));
  if (badSteps.length > 0) return refuse(badSteps);

  const playbook = toPlaybook(frame.data, new Map(read.flatMap(([id, step]) => (isStep(step) ? [[id, step]] : []))));
  const errors = [...checkReferences(playbook), ...checkCommands(playbook)];
  if (errors.length > 0) return refuse(errors);
  const tangled = checkGraph(playbook);
  return tangled.length > 0 ? refuse(tangled) : { ok: true, playbook };
}

const REASON_CHARACTERS = 1_000;

/** Why a stored document, accepted by another version, is refused by this one. */
export const whyRefused = (errors: readonly PlaybookError[]): string =>
  `the stored playbook is refused: ${errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}`
    .slice(0, REASON_CHARACTERS)
    .toWellFormed();

/** Reads a document that was accepted before. Throws when it no longer is: that is a fault of ours. */
export function readAcceptedPlaybook(document: unknown): Playbook {
  const read = readPlaybook(document);
  if (read.ok) return read.playbook;
  throw new Error(whyRefused(read.errors));
}
