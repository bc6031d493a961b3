import { describe, expect, test } from 'vitest';
import { decideStep, type DecisionBody } from './decide-step.ts';
import type { JournalEntry } from './journal.ts';
import { httpStep, manualStep, playbookDocument } from './playbook.fixture.ts';
import { readAcceptedPlaybook } from './read-playbook.ts';

const playbook = readAcceptedPlaybook(
  playbookDocument(
    {
      ask: manualStep({ on_completion: 'send', out_args: ['__answer__'] }),
      send: httpStep({ on_completion: 'get' }),
      get: httpStep({}, { command: 'GET /x HTTP/1.1' }),
    },
    { playbook_variables: { __answer__: { type: 'string' } } },
  ),
);
const now = new Date('2026-03-01T10:00:00.000Z');
const entry = (stepId: string, state: JournalEntry['state'], rest: Partial<JournalEntry> = {}): JournalEntry => ({
  stepId,
  effect: 0,
  attempt: 1,
  state,
  outcome: null,
  dueAt: null,
  ...rest,
});

function decide(last: JournalEntry, body: Partial<DecisionBody>) {
  const decided = decideStep(
    { stepId: last.stepId, decision: 'approve', variables: {}, ...body },
    { playbook, journal: [last], decidedBy: 'Ada', now },
  );
  return decided.ok ? decided.record : decided.refusal;
}

describe('a manual step', () => {
  const waiting = entry('ask', 'waiting');

  test('approved is done, with the values it gives', () => {
    expect(decide(waiting, { variables: { __answer__: 'yes' }, note: 'seen' })).toMatchObject({
      state: 'succeeded',
      outcome: { detail: 'approved by Ada', decidedBy: 'Ada', note: 'seen', variables: { __answer__: 'yes' } },
    });
  });

  test('rejected is a rejection, not a failure', () => {
    expect(decide(waiting, { decision: 'reject' })).toMatchObject({ state: 'failed', outcome: { rejected: true } });
  });

  test('cannot be sent again', () => {
    expect(decide(waiting, { decision: 'retry' })).toBe('retry_not_possible');
  });

  test('gives no values but those it declares, and none when rejected', () => {
    expect(decide(waiting, { variables: { __other__: 'x' } })).toBe('unknown_variable');
    expect(decide(waiting, { decision: 'reject', variables: { __answer__: 'x' } })).toBe('unknown_variable');
  });

  test('cannot be decided after its time', () => {
    expect(decide({ ...waiting, dueAt: '2026-03-01T09:59:59.000Z' }, {})).toBe('step_not_waiting');
  });
});

describe('a request whose fate is unknown', () => {
  const uncertain = entry('send', 'uncertain');

  test.each([
    ['approve', 'succeeded', null],
    ['reject', 'failed', null],
    ['retry', 'failed', '2026-03-01T10:00:00.000Z'],
  ] as const)('%s makes it %s', (decision, state, dueAt) => {
    expect(decide(uncertain, { decision })).toMatchObject({ state, dueAt });
  });

  test('is not for a person to decide while it is sent again anyway', () => {
    expect(decide(entry('get', 'uncertain'), {})).toBe('step_not_waiting');
    expect(decide(entry('get', 'uncertain', { attempt: 4 }), {})).toMatchObject({ state: 'succeeded' });
  });
});

test.each(['started', 'succeeded', 'failed'] as const)('a step that has %s waits for nobody', (state) => {
  expect(decide(entry('send', state), {})).toBe('step_not_waiting');
});

test('a step that is not there waits for nobody', () => {
  expect(decide(entry('send', 'uncertain'), { stepId: 'gone' })).toBe('step_not_waiting');
});
