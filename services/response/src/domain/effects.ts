import { type Addressee, addresseesOf } from './http-address.ts';
import type { ActionStep, HttpCommand, ManualCommand, Playbook } from './playbook.ts';
import { isIdempotentMethod, parseStartLine } from './start-line.ts';

/** One thing an action step does: a request to one addressee, or one instruction to a person. */
export type Effect =
  | { readonly kind: 'http'; readonly command: HttpCommand; readonly addressee: Addressee }
  | { readonly kind: 'manual'; readonly command: ManualCommand; readonly assignee: string | null };

/** The effects of a step in the order they happen: its commands as listed, each to every addressee. */
export function effectsOf(playbook: Pick<Playbook, 'agents' | 'targets'>, step: ActionStep): readonly Effect[] {
  const addressees = addresseesOf(playbook, step);
  return step.commands.flatMap((command): Effect[] =>
    command.type === 'manual'
      ? [{ kind: 'manual', command, assignee: playbook.agents.get(step.agent)?.name ?? null }]
      : addressees.map((addressee) => ({ kind: 'http', command, addressee })),
  );
}

/** Steps of a playbook that declare with this CACAO extension `{"idempotent": true}` may be sent again with their key. */
export const IDEMPOTENT_EXTENSION = 'extension-definition--7f0d5c1e-6a0b-4f57-9a44-0d1b3a2f6c58';

/** Whether sending the request again with the same Idempotency-Key cannot do anything twice. */
export function isRepeatable(step: ActionStep, effect: Effect): boolean {
  if (effect.kind === 'manual') return false;
  const line = parseStartLine(effect.command.command);
  return (
    (line.ok && isIdempotentMethod(line.method)) ||
    step.step_extensions?.[IDEMPOTENT_EXTENSION]?.['idempotent'] === true
  );
}

/** The same for every attempt at an effect: `<runId>:<stepId>`, with `:<n>` for the further effects of a step. */
export const idempotencyKey = (runId: string, stepId: string, effect: number): string =>
  effect === 0 ? `${runId}:${stepId}` : `${runId}:${stepId}:${effect}`;

/** The words of a manual command. */
export const instructionOf = ({ command, command_b64 = '' }: ManualCommand): string =>
  command ?? Buffer.from(command_b64, 'base64').toString();
