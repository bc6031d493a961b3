import { describe, expect, test } from 'vitest';
import { latestEntries } from './journal.ts';
import { plan } from './plan.ts';
import { createWorld, type World } from './plan-world.fixture.ts';
import { httpStep, manualStep, playbookDocument } from './playbook.fixture.ts';
import { readAcceptedPlaybook } from './read-playbook.ts';
import type { Exchange } from './settle-exchange.ts';

const read = (steps: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  readAcceptedPlaybook(playbookDocument(steps, rest));

const answer =
  (statuses: Readonly<Record<string, number>>) =>
  ({ stepId }: { readonly stepId: string }): Exchange => ({
    kind: 'answered',
    status: statuses[stepId] ?? 200,
    body: '',
  });

/** Turns until nothing moves without a person or the run is over. */
function settle(world: World) {
  for (let turn = 0; turn < 50; turn += 1) {
    const { next } = world.turn('none');
    if (next.kind === 'end' || (next.kind === 'idle' && next.wakeAt === null)) return next;
  }
  throw new Error('the run does not settle');
}

const states = (world: World): Readonly<Record<string, string>> =>
  Object.fromEntries([...latestEntries(world.journal()).values()].map(({ stepId, state }) => [stepId, state]));

describe('a failed step', () => {
  const caught = { on_completion: undefined, on_success: 'end', on_failure: 'b' };

  test('goes to on_failure', () => {
    const world = createWorld(read({ a: httpStep(caught), b: httpStep() }), { exchange: answer({ a: 404 }) });
    expect(settle(world)).toMatchObject({ outcome: 'succeeded' });
    expect(states(world)).toMatchObject({ a: 'failed', b: 'succeeded' });
  });

  test('without on_failure goes to the workflow_exception, and the run has failed', () => {
    const playbook = read(
      { a: httpStep({ on_completion: 'b' }), b: httpStep(), x: httpStep() },
      { workflow_exception: 'x' },
    );
    const world = createWorld(playbook, { exchange: answer({ a: 404 }) });
    expect(settle(world)).toEqual({ kind: 'end', outcome: 'failed', detail: 'answered 404' });
    expect(states(world)).toMatchObject({ a: 'failed', x: 'succeeded' });
    expect(states(world)).not.toHaveProperty('b');
  });

  test('in a parallel branch lets the other branches finish first', () => {
    const playbook = read({
      p: { type: 'parallel', next_steps: ['a', 'b'], on_completion: 'after' },
      a: httpStep(),
      b: httpStep({ on_completion: 'c' }),
      c: httpStep(),
      after: httpStep(),
    });
    const world = createWorld(playbook, { exchange: answer({ a: 404 }) });
    expect(settle(world)).toMatchObject({ outcome: 'failed' });
    expect(states(world)).toMatchObject({ a: 'failed', b: 'succeeded', c: 'succeeded' });
    expect(states(world)).not.toHaveProperty('after');
  });
});

describe('an if-condition', () => {
  const condition = { type: 'if-condition', condition: "__ticket__:value = 'T-1'", on_true: 'yes', on_false: 'no' };
  const variables = { playbook_variables: { __ticket__: { type: 'string' } } };

  test('sees what earlier steps gave, and then goes on', () => {
    const playbook = read(
      {
        a: httpStep({ on_completion: 'i', out_args: ['__ticket__'] }),
        i: { ...condition, on_completion: 'z' },
        yes: httpStep(),
        no: httpStep(),
        z: httpStep(),
      },
      variables,
    );
    const world = createWorld(playbook, {
      exchange: () => ({ kind: 'answered', status: 200, body: '{"ticket":"T-1"}' }),
    });
    expect(settle(world)).toMatchObject({ outcome: 'succeeded' });
    expect(states(world)).toMatchObject({ yes: 'succeeded', z: 'succeeded' });
    expect(states(world)).not.toHaveProperty('no');
  });

  test('keeps its decision though the variable changes afterwards', () => {
    const world = createWorld(
      read(
        {
          i: { ...condition, on_false: 'a', on_true: 'end', on_completion: 'z' },
          a: httpStep({ out_args: ['__ticket__'] }),
          z: manualStep(),
        },
        variables,
      ),
      { exchange: () => ({ kind: 'answered', status: 200, body: '{"ticket":"T-1"}' }) },
    );
    expect(settle(world)).toMatchObject({ kind: 'idle', status: 'waiting' });
    expect(states(world)).toMatchObject({ i: 'succeeded', a: 'succeeded', z: 'waiting' });
  });

  test('that cannot be decided has failed', () => {
    const playbook = read(
      { i: { ...condition, condition: '__ticket__:value < 3', on_true: 'end', on_false: 'end' } },
      variables,
    );
    expect(settle(createWorld(playbook, { variables: { __ticket__: 'x' } }))).toMatchObject({ outcome: 'failed' });
  });
});

describe('a manual step', () => {
  test('waits for a person without a deadline', () => {
    const world = createWorld(read({ a: manualStep() }));
    expect(settle(world)).toEqual({ kind: 'idle', status: 'waiting', wakeAt: null });
    world.approveAll();
    expect(settle(world)).toMatchObject({ outcome: 'succeeded' });
  });

  test('with a timeout has failed when nobody decides in time', () => {
    const world = createWorld(read({ a: manualStep({ timeout: 5_000 }) }));
    expect(world.turn('none').next).toEqual({ kind: 'idle', status: 'waiting', wakeAt: '2026-03-01T10:00:05.000Z' });
    expect(settle(world)).toEqual({ kind: 'end', outcome: 'failed', detail: 'nobody decided in time' });
  });
});

test('a delay passes before the first attempt, and is not begun anew by a restart', () => {
  const world = createWorld(read({ a: httpStep({ delay: 60_000 }) }));
  expect(world.turn('none').next).toEqual({ kind: 'idle', status: 'running', wakeAt: '2026-03-01T10:01:00.000Z' });
  expect(world.turn('none').begin).toHaveLength(1);
  expect(settle(world)).toMatchObject({ outcome: 'succeeded' });
});

test('several commands and targets are effects of their own, in order, each with its key', () => {
  const http = (url: string) => ({ type: 'http-api', name: url, address: { url: [url] } });
  const playbook = read(
    { a: httpStep({ agent: 'person', targets: ['x', 'y'] }) },
    { target_definitions: { x: http('http://x.test'), y: http('http://y.test') } },
  );
  const world = createWorld(playbook, { allowedHosts: ['x.test', 'y.test'] });
  expect(world.turn('none').begin.map(({ request }) => request.url.href)).toEqual(['http://x.test/isolate']);
  expect(world.turn('none').begin.map(({ request }) => request.url.href)).toEqual(['http://y.test/isolate']);
  expect([...world.sent.keys()]).toEqual(['run:a', 'run:a:1']);
});

test('a host that is not allowed is a failed step that says so', () => {
  const world = createWorld(read({ a: httpStep() }), { allowedHosts: [] });
  expect(settle(world)).toMatchObject({ outcome: 'failed', detail: 'edr.test:8080 is not in RESPONSE_ALLOWED_HOSTS' });
  expect(world.sent.size).toBe(0);
});

test('a dry run tells what would happen, refusals too', () => {
  const world = createWorld(read({ a: httpStep({ on_completion: 'b' }), b: manualStep() }), {
    dryRun: true,
    allowedHosts: [],
  });
  settle(world);
  expect(world.journal().map(({ stepId, outcome }) => [stepId, outcome?.detail])).toContainEqual([
    'a',
    'would fail: edr.test:8080 is not in RESPONSE_ALLOWED_HOSTS',
  ]);
});

describe('a cancelled run', () => {
  const playbook = read({ a: httpStep() });
  const started = { stepId: 'a', effect: 0, attempt: 1, state: 'started', outcome: null, dueAt: null } as const;
  const ask = (inFlight: readonly string[]) =>
    plan({
      playbook,
      run: { id: 'run', dryRun: false, cancelRequested: true, variables: {} },
      journal: [started],
      inFlight: new Set(inFlight),
      now: new Date(),
      allowedHosts: [],
      defaultTimeoutMs: 1_000,
    });

  test('awaits the request under way', () => {
    expect(ask(['a#0#1'])).toEqual({ records: [], begin: [], next: { kind: 'busy' } });
  });

  test('tells of a request nobody awaits any more that its fate is unknown', () => {
    const { records, next } = ask([]);
    expect(records).toMatchObject([{ stepId: 'a', state: 'uncertain' }]);
    expect(next).toMatchObject({ kind: 'end', outcome: 'cancelled' });
  });
});
