import type { ActionStep, Playbook, PlaybookError, Step } from './playbook.ts';
import { edgesOf } from './step-edges.ts';
import { BUILT_IN_VARIABLES } from './variables.ts';

const refusal = (path: string, reason: PlaybookError['reason'], message: string): PlaybookError => ({
  path,
  reason,
  message,
});

function checkPointers(playbook: Playbook, id: string, step: Step): readonly PlaybookError[] {
  const unknown = edgesOf(step)
    .filter(({ stepId }) => !playbook.steps.has(stepId))
    .map(({ by, stepId }) => refusal(`workflow.${id}.${by}`, 'unknown_reference', `there is no step ${stepId}`));
  const isOver = step.type === 'end' || step.type === 'if-condition' || step.type === 'parallel';
  const next = step.on_completion ?? step.on_success;
  const endless =
    isOver || next !== undefined
      ? []
      : [refusal(`workflow.${id}`, 'missing_step', 'says no next step: on_completion or on_success is needed')];
  const both =
    step.on_completion !== undefined && (step.on_success ?? step.on_failure) !== undefined
      ? [refusal(`workflow.${id}`, 'bad_shape', 'has on_completion beside on_success or on_failure')]
      : [];
  return [...unknown, ...endless, ...both];
}

function checkActors(playbook: Playbook, id: string, step: ActionStep): readonly PlaybookError[] {
  const agent = playbook.agents.has(step.agent)
    ? []
    : [refusal(`workflow.${id}.agent`, 'unknown_reference', `there is no agent ${step.agent}`)];
  const targets = (step.targets ?? [])
    .filter((target) => !playbook.targets.has(target))
    .map((target) => refusal(`workflow.${id}.targets`, 'unknown_reference', `there is no target ${target}`));
  return [...agent, ...targets];
}

/** Names of variables a step can use: its own, the playbook's, the built-in ones. */
export const isKnownVariable = (playbook: Pick<Playbook, 'variables'>, step: Step, name: string): boolean =>
  Object.hasOwn(step.step_variables, name) || playbook.variables.has(name) || BUILT_IN_VARIABLES.includes(name);

function checkArguments(playbook: Playbook, id: string, step: ActionStep): readonly PlaybookError[] {
  const unknown = (['in_args', 'out_args'] as const).flatMap((by) =>
    (step[by] ?? [])
      .filter((name) => !isKnownVariable(playbook, step, name))
      .map((name) => refusal(`workflow.${id}.${by}`, 'unknown_variable', `there is no variable ${name}`)),
  );
  const constant = (step.out_args ?? [])
    .filter((name) => (step.step_variables[name] ?? playbook.variables.get(name))?.constant === true)
    .map((name) => refusal(`workflow.${id}.out_args`, 'bad_shape', `${name} is constant and cannot be given a value`));
  return [...unknown, ...constant];
}

function checkWorkflowEnds({ steps, startId, exceptionId }: Playbook): readonly PlaybookError[] {
  const start = steps.get(startId);
  const errors: PlaybookError[] = [];
  if (start?.type !== 'start') {
    const message = start ? `${startId} is no start step` : `there is no step ${startId}`;
    errors.push(refusal('workflow_start', 'missing_step', message));
  }
  if (exceptionId !== undefined && !steps.has(exceptionId)) {
    errors.push(refusal('workflow_exception', 'unknown_reference', `there is no step ${exceptionId}`));
  }
  return errors;
}

/** Checks that everything a playbook refers to is there: steps, agents, targets, variables. */
export const checkReferences = (playbook: Playbook): readonly PlaybookError[] => [
  ...checkWorkflowEnds(playbook),
  ...[...playbook.steps].flatMap(([id, step]) => [
    ...checkPointers(playbook, id, step),
    ...(step.type === 'action' ? [...checkActors(playbook, id, step), ...checkArguments(playbook, id, step)] : []),
  ]),
];
