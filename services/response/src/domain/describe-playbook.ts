import type { PlaybookDetail, PlaybookStep, PlaybookVariable } from '@soc/contracts/response/playbooks';
import { instructionOf } from './effects.ts';
import { addresseesOf, addressOf } from './http-address.ts';
import type { Playbook, Step } from './playbook.ts';
import { redactUrl } from './redact.ts';
import { parseStartLine } from './start-line.ts';
import { edgesOf } from './step-edges.ts';

function doesOf(playbook: Playbook, step: Step): readonly string[] {
  if (step.type === 'if-condition') return [step.condition];
  if (step.type !== 'action') return [];
  const bases = addresseesOf(playbook, step).map(({ definition }) => addressOf(definition) ?? '');
  return step.commands.flatMap((command) => {
    if (command.type === 'manual') return [instructionOf(command)];
    const line = parseStartLine(command.command);
    return line.ok ? bases.map((base) => `${line.method} ${redactUrl(base.replace(/\/$/, '') + line.target)}`) : [];
  });
}

const stepOf = (playbook: Playbook, id: string, step: Step): PlaybookStep => ({
  id,
  type: step.type,
  name: step.name ?? null,
  description: step.description ?? null,
  does: [...doesOf(playbook, step)],
  leadsTo: edgesOf(step).map((edge) => ({ ...edge })),
});

const variablesOf = ({ variables }: Playbook): PlaybookVariable[] =>
  [...variables].map(([name, { type, description = null, constant = false, external = false }]) => ({
    name,
    type,
    description,
    constant,
    external,
  }));

/** What people see of a playbook beside its summary; nothing of headers and bodies. */
export const describePlaybook = (
  playbook: Playbook,
): Pick<PlaybookDetail, 'startStepId' | 'exceptionStepId' | 'steps' | 'variables'> => ({
  startStepId: playbook.startId,
  exceptionStepId: playbook.exceptionId ?? null,
  steps: [...playbook.steps].map(([id, step]) => stepOf(playbook, id, step)),
  variables: variablesOf(playbook),
});
