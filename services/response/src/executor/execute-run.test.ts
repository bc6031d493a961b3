import { ResponseCompleted } from '@soc/contracts';
import { CancelRun, DecideStep } from '@soc/contracts/response/runs';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { responseService } from '../app.ts';
import { httpStep, manualStep } from '../domain/playbook.fixture.ts';
import { type EffectServer, startEffectServer } from '../effect-server.fixture.ts';
import { importSteps, startRun, waitForRun } from '../run-playbook.fixture.ts';

let service: TestService;
let effects: EffectServer;
/** Requests to `/held…` are answered when the test says so, each once. */
const held = new Map<string, (() => void)[]>();

beforeAll(async () => {
  effects = await startEffectServer(({ path }, response) => {
    if (path.startsWith('/held')) held.set(path, [...(held.get(path) ?? []), () => response.end('{}')]);
    else if (path === '/busy-once' && effects.count(path) === 1) response.writeHead(503).end();
    else if (path === '/gone') response.writeHead(404).end('{"password":"k3y","why":"unknown host"}');
    else if (path === '/elsewhere') response.writeHead(302, { location: '/landed' }).end();
    else if (path === '/odd') response.end(Buffer.from('\0 and \ud800'));
    else if (path === '/large') response.end('x'.repeat(10_000_000));
    else response.end('{}');
  });
  service = await startTestService(responseService, {
    env: { RESPONSE_ALLOWED_HOSTS: '127.0.0.1', RESPONSE_POLL_MS: '50', RESPONSE_LEASE_MS: '1000' },
  });
});
afterAll(async () => {
  await service.close();
  await effects.close();
});

const send = (line: string, rest: Record<string, unknown> = {}) => httpStep(rest, { command: `${line} HTTP/1.1` });

async function run(id: number, steps: Record<string, unknown>, url = effects.url) {
  return startRun(service, await importSteps(service, { id, steps, url }));
}

/** Waits until a path was asked for. */
const asked = (path: string) => waitFor(() => effects.count(path) > 0);

async function answerHeld(path: string): Promise<void> {
  const answer = await waitFor(() => held.get(path)?.shift());
  answer();
}

const decide = (id: string, decision: string) =>
  service.call(DecideStep, { params: { id }, body: { stepId: 'a', decision } });

const decideOutcome = async (id: string) => {
  const { status, problem } = await decide(id, 'approve');
  return [status, problem?.code];
};

test('parallel branches go on independently, and what comes after waits for all', async () => {
  const id = await run(1, {
    p: { type: 'parallel', next_steps: ['a', 'b'], on_completion: 'z' },
    a: send('POST /held-1'),
    b: send('POST /b', { on_completion: 'c' }),
    c: send('POST /c'),
    z: send('POST /z'),
  });
  await asked('/c');
  expect(effects.count('/z')).toBe(0);
  await answerHeld('/held-1');
  expect((await waitForRun(service, id)).status).toBe('succeeded');
  expect(effects.count('/z')).toBe(1);
});

test('a repeatable request is sent again with the same key; the journal keeps every attempt', async () => {
  const id = await run(2, { a: send('GET /busy-once') });
  const { status, steps } = await waitForRun(service, id);
  expect(status).toBe('succeeded');
  expect(steps.filter(({ stepId }) => stepId === 'a')).toMatchObject([
    { attempt: 1, state: 'failed', outcome: { httpStatus: 503 } },
    { attempt: 2, state: 'succeeded' },
  ]);
  const keys = effects
    .received()
    .filter(({ path }) => path === '/busy-once')
    .map(({ key }) => key);
  expect(keys).toEqual([`${id}:a`, `${id}:a`]);
});

test('a POST without an answer is left to a person, who may have it sent again', async () => {
  const id = await run(3, { a: send('POST /held-3', { timeout: 200 }) });
  const waiting = await waitForRun(service, id, ['waiting']);
  expect(waiting.steps.at(-1)).toMatchObject({ state: 'uncertain', outcome: { detail: 'no answer within 200 ms' } });
  held.delete('/held-3');
  expect((await decide(id, 'retry')).status).toBe(200);
  await answerHeld('/held-3');
  expect((await waitForRun(service, id)).status).toBe('succeeded');
  expect(effects.count('/held-3')).toBe(2);
});

test('a POST without an answer that a person takes as done is not sent again', async () => {
  const id = await run(4, { a: send('POST /held-4', { timeout: 200 }) });
  await waitForRun(service, id, ['waiting']);
  await decide(id, 'approve');
  expect((await waitForRun(service, id)).status).toBe('succeeded');
  expect(effects.count('/held-4')).toBe(1);
});

describe('an answer', () => {
  test('that refuses fails the step; the journal keeps its words without credentials', async () => {
    const { status, steps, detail } = await waitForRun(service, await run(10, { a: send('POST /gone') }));
    expect([status, detail]).toEqual(['failed', 'answered 404']);
    expect(steps.at(-1)?.outcome).toMatchObject({ answer: '{"password":"[redacted]","why":"unknown host"}' });
  });

  test('that points elsewhere is not followed', async () => {
    expect(await waitForRun(service, await run(11, { a: send('GET /elsewhere') }))).toMatchObject({ status: 'failed' });
    expect(effects.count('/landed')).toBe(0);
  });

  test('of odd bytes or great length is kept as far as it can be', async () => {
    const steps = { a: send('GET /odd', { on_completion: 'b' }), b: send('GET /large') };
    const ended = await waitForRun(service, await run(12, steps));
    expect(ended.status).toBe('succeeded');
    expect(ended.steps.find(({ stepId }) => stepId === 'b')?.outcome?.answer).toHaveLength(4_096);
  });
});

test('a POST that could not leave is sent again once somebody listens', async () => {
  const closed = await startEffectServer();
  await closed.close();
  const id = await run(20, { a: send('POST /late') }, closed.url);
  const first = await waitFor(async () => {
    const { steps } = await waitForRun(service, id, ['running']);
    return steps.find(({ stepId, state }) => stepId === 'a' && state === 'failed');
  });
  expect(first.outcome?.detail).toMatch('ECONNREFUSED');
  const late = await startEffectServer(undefined, Number(new URL(closed.url).port));
  expect((await waitForRun(service, id)).status).toBe('succeeded');
  expect(late.count('/late')).toBe(1);
  await late.close();
});

test('a cancelled run awaits the request under way, journals its answer, and begins nothing more', async () => {
  const id = await run(30, { a: send('POST /held-30', { on_completion: 'b' }), b: send('POST /never') });
  await asked('/held-30');
  await service.call(CancelRun, { params: { id } });
  await answerHeld('/held-30');
  const ended = await waitForRun(service, id);
  expect(ended.status).toBe('cancelled');
  expect(ended.steps.find(({ stepId }) => stepId === 'a')?.state).toBe('succeeded');
  expect(effects.count('/never')).toBe(0);
});

test('an executor whose run was taken over writes nothing more', async () => {
  const id = await run(40, { a: send('POST /held-40', { on_completion: 'b' }), b: send('POST /never-40') });
  await asked('/held-40');
  await service.query(
    `update response.runs set lease_token = lease_token + 1, lease_until = now() + interval '2 s' where id = $1`,
    [id],
  );
  await answerHeld('/held-40');
  // The taker never comes back: its lease runs out, and the request of the first is an uncertain one.
  const waiting = await waitForRun(service, id, ['waiting']);
  expect(waiting.steps.at(-1)).toMatchObject({ stepId: 'a', state: 'uncertain' });
  expect([effects.count('/held-40'), effects.count('/never-40')]).toEqual([1, 0]);
});

test('no more runs are executed at the same time than configured', async () => {
  const id = await importSteps(service, { id: 60, url: effects.url, steps: { a: send('POST /held-60') } });
  const runs = await Promise.all(Array.from({ length: 6 }, () => startRun(service, id)));
  const leased = async () => {
    const rows = await service.query('select from response.runs where lease_until > now() and id = any($1)', [runs]);
    return rows.length;
  };
  await waitFor(() => effects.count('/held-60') === 4);
  expect(await leased()).toBe(4);
  for (let answered = 0; answered < 6; answered += 1) await answerHeld('/held-60');
  for (const runId of runs) expect((await waitForRun(service, runId)).status).toBe('succeeded');
});

test('two replicas share the runs, and no effect happens twice', async () => {
  const { PORT: _, ...env } = service.env;
  const second = await startTestService(responseService, {
    env: { ...env, PORT: '0', INSTANCE_ID: 'response-test-2' },
  });
  const id = await importSteps(service, {
    id: 50,
    url: effects.url,
    steps: { a: send('POST /shared', { on_completion: 'b' }), b: send('POST /shared') },
  });
  const runs = await Promise.all(
    Array.from({ length: 20 }, (_unused, index) => startRun(index % 2 ? service : second, id)),
  );
  for (const runId of runs) expect((await waitForRun(second, runId)).status).toBe('succeeded');
  const keys = effects
    .received()
    .filter(({ path }) => path === '/shared')
    .map(({ key }) => key);
  expect(keys.toSorted()).toEqual(runs.flatMap((runId) => [`${runId}:a`, `${runId}:b`]).toSorted());
  await second.close({ keepData: true });
});

describe('a stored playbook that is refused today', () => {
  const spoil = (id: string) =>
    service.query(
      `update response.playbook_revisions set document = jsonb_set(document::jsonb, '{workflow,a,type}', '"while-condition"')
       where playbook_id = $1`,
      [id],
    );

  test('ends its run as failed with the reason, which can be looked at', async () => {
    const id = await importSteps(service, { id: 70, steps: { a: manualStep() } });
    const runId = await startRun(service, id);
    await waitForRun(service, runId, ['waiting']);
    await spoil(id);
    expect(await decideOutcome(runId)).toEqual([409, 'run.step_not_waiting']);
    await service.call(CancelRun, { params: { id: runId } });
    const ended = await waitForRun(service, runId);
    expect([ended.status, ended.detail]).toEqual([
      'failed',
      expect.stringContaining('workflow.a: steps of type while'),
    ]);
    expect(ended.steps.at(-1)).toMatchObject({ stepId: 'a', stepType: 'unknown' });
    const [event] = await service.published(ResponseCompleted, { where: ({ data }) => data.runId === runId });
    expect(event.data).toMatchObject({ outcome: 'failed', stepsExecuted: 0 });
  });

  test('leaves nothing in the journal as if it were under way', async () => {
    const id = await importSteps(service, { id: 71, url: effects.url, steps: { a: send('POST /held-71') } });
    const runId = await startRun(service, id);
    await asked('/held-71');
    await spoil(id);
    // As after the death of the executor: another takes the run over.
    await service.query(
      'update response.runs set lease_token = lease_token + 1, lease_until = now(), wake_at = now() where id = $1',
      [runId],
    );
    const ended = await waitForRun(service, runId);
    expect([ended.status, ended.steps.at(-1)?.state]).toEqual(['failed', 'uncertain']);
    await answerHeld('/held-71');
  });
});
