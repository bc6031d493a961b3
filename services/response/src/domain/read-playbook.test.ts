import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, test } from 'vitest';
import { httpStep, manualStep, playbookDocument } from './playbook.fixture.ts';
import { readPlaybook } from './read-playbook.ts';

/** `reason path` of every refusal; empty when the playbook is accepted. */
function refusals(document: unknown): readonly string[] {
  const read = readPlaybook(document);
  return read.ok ? [] : read.errors.map(({ reason, path }) => `${reason} ${path}`);
}

const step = (rest: Readonly<Record<string, unknown>>) => ({ on_completion: 'end', ...rest });
const branch = (next: string) => ({ type: 'if-condition', condition: 'true', on_true: next });

test('a playbook of many wide parallel steps is judged in little time', () => {
  const wide = (at: number) =>
    Array.from({ length: 50 }, (_, ahead) => (at + ahead < 489 ? `p${at + ahead + 1}` : 'end'));
  const steps = Array.from({ length: 490 }, (_, at) => [`p${at}`, { type: 'parallel', next_steps: wide(at) }]);
  const before = process.threadCpuUsage();
  expect(refusals(playbookDocument(Object.fromEntries(steps)))).toContain('shared_step workflow.p0');
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(2_000);
});

describe('a playbook is refused with the place and the reason', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['of another kind', { ...playbookDocument({}), type: 'identity' }, 'bad_shape type'],
    ['of another version', { ...playbookDocument({}), spec_version: '1.1' }, 'bad_shape spec_version'],
    ['without a start', playbookDocument({}, { workflow_start: 'gone' }), 'missing_step workflow_start'],
    ['started at no start', playbookDocument({}, { workflow_start: 'end' }), 'missing_step workflow_start'],
    [
      'whose step says no next step',
      playbookDocument({ a: httpStep({ on_completion: undefined }) }),
      'missing_step workflow.a',
    ],
    [
      'that leads nowhere',
      playbookDocument({ a: httpStep({ on_completion: 'gone' }) }),
      'unknown_reference workflow.a.on_completion',
    ],
    [
      'that leads nowhere on failure',
      playbookDocument({ a: httpStep({ on_completion: undefined, on_success: 'end', on_failure: 'gone' }) }),
      'unknown_reference workflow.a.on_failure',
    ],
    [
      'with an unknown branch',
      playbookDocument({ a: { ...branch('end'), on_false: 'gone' } }),
      'unknown_reference workflow.a.on_false',
    ],
    [
      'with an unknown parallel branch',
      playbookDocument({ a: { type: 'parallel', next_steps: ['end', 'gone'] } }),
      'unknown_reference workflow.a.next_steps',
    ],
    [
      'with an unknown agent',
      playbookDocument({ a: manualStep({ agent: 'gone' }) }),
      'unknown_reference workflow.a.agent',
    ],
    [
      'with an unknown target',
      playbookDocument({ a: httpStep({ targets: ['gone'] }) }),
      'unknown_reference workflow.a.targets',
    ],
    [
      'with an unknown exception handler',
      playbookDocument({}, { workflow_exception: 'gone' }),
      'unknown_reference workflow_exception',
    ],
    ['with both ways of going on', playbookDocument({ a: httpStep({ on_success: 'end' }) }), 'bad_shape workflow.a'],
    ['with a while loop', playbookDocument({ a: step({ type: 'while-condition' }) }), 'unsupported_step workflow.a'],
    ['with a switch', playbookDocument({ a: step({ type: 'switch-condition' }) }), 'unsupported_step workflow.a'],
    [
      'that calls a playbook',
      playbookDocument({ a: step({ type: 'playbook-action' }) }),
      'unsupported_step workflow.a',
    ],
    [
      'with a command nobody runs here',
      playbookDocument({ a: manualStep({ commands: [{ type: 'ssh', command: 'reboot' }] }) }),
      'unsupported_command workflow.a.commands.0',
    ],
    [
      'with a bad start line',
      playbookDocument({ a: httpStep({}, { command: 'POST' }) }),
      'bad_command workflow.a.commands.0',
    ],
    [
      'that says the host in the command',
      playbookDocument({ a: httpStep({}, { command: 'GET http://elsewhere.test/ HTTP/1.1' }) }),
      'bad_command workflow.a.commands.0',
    ],
    [
      'that sets a header of the connection',
      playbookDocument({ a: httpStep({}, { headers: { Host: ['elsewhere.test'] } }) }),
      'bad_command workflow.a.commands.0',
    ],
    ['that calls no API', playbookDocument({ a: httpStep({ agent: 'person' }) }), 'bad_command workflow.a'],
    [
      'with an unknown variable',
      playbookDocument({ a: httpStep({}, { content: '{"host":"__hots__:value"}' }) }),
      'unknown_variable workflow.a',
    ],
    [
      'with an unknown out_arg',
      playbookDocument({ a: httpStep({ out_args: ['__x__'] }) }),
      'unknown_variable workflow.a.out_args',
    ],
    [
      'with a bad condition',
      playbookDocument({ a: { ...branch('end'), condition: 'a =' } }),
      'bad_condition workflow.a.condition',
    ],
    [
      'with a condition on an unknown variable',
      playbookDocument({ a: { ...branch('end'), condition: '__x__:value = 1' } }),
      'unknown_variable workflow.a.condition',
    ],
    [
      'that runs in a circle',
      playbookDocument({ a: httpStep({ on_completion: 'b' }), b: httpStep({ on_completion: 'a' }) }),
      'cycle workflow.b',
    ],
    [
      'whose branches run in a circle',
      playbookDocument({ p: { type: 'parallel', next_steps: ['end', 'i'] }, i: branch('p') }),
      'cycle workflow.i',
    ],
    ['without an end', playbookDocument({}, { workflow: { start: { type: 'start' } } }), 'missing_step workflow.start'],
    [
      'whose parallel branches share a step',
      playbookDocument({
        p: { type: 'parallel', next_steps: ['a', 'b'] },
        a: httpStep({ on_completion: 'c' }),
        b: httpStep({ on_completion: 'c' }),
        c: httpStep(),
      }),
      'shared_step workflow.p',
    ],
    [
      'whose branch runs into what comes after it',
      playbookDocument({
        i: { ...branch('a'), on_completion: 'c' },
        a: httpStep({ on_completion: 'c' }),
        c: httpStep(),
      }),
      'shared_step workflow.i',
    ],
    [
      'whose exception handler is part of the workflow',
      playbookDocument({ a: httpStep() }, { workflow_exception: 'a' }),
      'shared_step workflow.a',
    ],
  ])('%s', (_, document, expected) => {
    expect(refusals(document)).toContain(expected);
  });

  test('every fault of a step is named at once, with words a person understands', () => {
    const read = readPlaybook(playbookDocument({ a: httpStep({ on_completion: 'gone', agent: 'nobody' }) }));
    expect(read.ok ? [] : read.errors.map(({ message }) => message)).toEqual([
      'there is no step gone',
      'there is no agent nobody',
      'an http-api command needs an http-api agent or target',
    ]);
  });

  test('names from JavaScript itself are no steps and no agents', () => {
    const document = playbookDocument({ a: manualStep({ agent: 'constructor', on_completion: 'toString' }) });
    expect(refusals(document)).toEqual([
      'unknown_reference workflow.a.on_completion',
      'unknown_reference workflow.a.agent',
    ]);
  });
});

test('steps may be shared by ways that exclude each other', () => {
  const document = playbookDocument({
    i: { ...branch('a'), on_false: 'b' },
    a: httpStep({ on_completion: 'c' }),
    b: httpStep({ on_completion: undefined, on_success: 'c', on_failure: 'c' }),
    c: httpStep(),
  });
  expect(refusals(document)).toEqual([]);
});

const examples = sharedData('09-playbooks');

describe.skipIf(examples === undefined)('published playbooks (skipped without the shared data)', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    'cacao-examples/basic-example-1.json': ['unsupported_command'],
    'cacao-examples/identity-object.json': ['bad_shape'],
    'cacao-examples/locky-bart-mbc-examples.json': ['unsupported_command'],
    'cacao-examples/spec-3.1-example.json': [],
    'soarca-examples/fin-playbook.json': ['unsupported_command'],
    'soarca-examples/http-playbook.json': [],
    'soarca-examples/manual-playbook.json': [],
    'soarca-examples/openc2-playbook.json': ['unsupported_command'],
    'soarca-examples/powershell-playbook.json': ['unsupported_command'],
    'soarca-examples/ssh-playbook.json': ['unsupported_command'],
  };

  test('each is accepted or refused for the right reason', () => {
    const found = ['cacao-examples', 'soarca-examples'].flatMap((folder) =>
      readdirSync(join(examples ?? '', folder)).map((file) => {
        const read = readPlaybook(JSON.parse(readFileSync(join(examples ?? '', folder, file), 'utf8')));
        return [`${folder}/${file}`, read.ok ? [] : [...new Set(read.errors.map(({ reason }) => reason))]] as const;
      }),
    );
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});
