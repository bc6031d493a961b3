import { isKnownVariable } from './check-references.ts';
import { variablesOf } from './evaluate.ts';
import { addresseesOf, addressOf } from './http-address.ts';
import { parseExpression } from './parse-expression.ts';
import type { ActionStep, Command, HttpCommand, Playbook, PlaybookError, Step } from './playbook.ts';
import { headersOf } from './request-content.ts';
import { parseStartLine } from './start-line.ts';
import { referencesIn } from './variables.ts';

type Refuse = (reason: PlaybookError['reason'], message: string) => PlaybookError;

const refuseAt =
  (path: string): Refuse =>
  (reason, message) => ({ path, reason, message });

const MAX_EFFECTS = 100;

const HEADER_NAME = /^[!#$%&'*+.^`|~\w-]+$/;

/** Set by the executor or meaningful to one connection only. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function checkHttp(command: HttpCommand, refuse: Refuse): readonly PlaybookError[] {
  const errors: PlaybookError[] = [];
  const line = parseStartLine(command.command);
  if (!line.ok) errors.push(refuse('bad_command', line.message));
  if (command.content !== undefined && command.content_b64 !== undefined) {
    errors.push(refuse('bad_command', 'has both content and content_b64'));
  }
  for (const [name] of headersOf(command)) {
    if (!HEADER_NAME.test(name)) errors.push(refuse('bad_command', `${JSON.stringify(name)} is no header name`));
    if (RESERVED_HEADERS.has(name)) errors.push(refuse('bad_command', `the header ${name} is set by the executor`));
  }
  return errors;
}

function checkAddressees(playbook: Playbook, step: ActionStep, refuse: Refuse): readonly PlaybookError[] {
  if (step.commands.every(({ type }) => type === 'manual')) return [];
  const addressees = addresseesOf(playbook, step);
  const effects = addressees.length * step.commands.length;
  if (effects > MAX_EFFECTS) {
    return [refuse('bad_command', `${effects} requests in one step; ${MAX_EFFECTS} are the most`)];
  }
  if (addressees.length === 0) return [refuse('bad_command', 'an http-api command needs an http-api agent or target')];
  return addressees.flatMap(({ id, definition }) => [
    ...(addressOf(definition) === undefined ? [refuse('bad_command', `${id} has no url, dname, ipv4 or ipv6`)] : []),
    ...(definition.authentication_info === undefined
      ? []
      : [refuse('unsupported_property', `authentication_info of ${id}: put the credential into a header`)]),
  ]);
}

const textsOf = (command: Command): readonly string[] =>
  command.type === 'manual'
    ? [command.command ?? '']
    : [command.command, command.content ?? '', ...headersOf(command).map(([, value]) => value)];

function checkVariables(playbook: Playbook, step: ActionStep, refuse: Refuse): readonly PlaybookError[] {
  const addresses = addresseesOf(playbook, step).map(({ definition }) => addressOf(definition) ?? '');
  const names = [...step.commands.flatMap(textsOf), ...addresses].flatMap(referencesIn);
  return [...new Set(names)]
    .filter((name) => !isKnownVariable(playbook, step, name))
    .map((name) => refuse('unknown_variable', `there is no variable ${name}`));
}

function checkCondition(playbook: Playbook, step: Step, condition: string, refuse: Refuse): readonly PlaybookError[] {
  const parsed = parseExpression(condition);
  if (!parsed.ok) return [refuse('bad_condition', parsed.message)];
  return variablesOf(parsed.expression)
    .filter((name) => !isKnownVariable(playbook, step, name))
    .map((name) => refuse('unknown_variable', `there is no variable ${name}`));
}

/** Checks what the steps say: start lines, headers, addresses, conditions, and the variables in them. */
export const checkCommands = (playbook: Playbook): readonly PlaybookError[] =>
  [...playbook.steps].flatMap(([id, step]) => {
    if (step.type === 'if-condition') {
      return checkCondition(playbook, step, step.condition, refuseAt(`workflow.${id}.condition`));
    }
    if (step.type !== 'action') return [];
    const refuse = refuseAt(`workflow.${id}`);
    return [
      ...step.commands.flatMap((command, index) =>
        command.type === 'manual' ? [] : checkHttp(command, refuseAt(`workflow.${id}.commands.${index}`)),
      ),
      ...checkAddressees(playbook, step, refuse),
      ...checkVariables(playbook, step, refuse),
    ];
  });
