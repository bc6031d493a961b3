import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ResponseCompleted } from '@soc/contracts';
import { DecideStep } from '@soc/contracts/response/runs';
import { startTestService, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { responseService } from '../app.ts';
import { IDEMPOTENT_EXTENSION } from '../domain/effects.ts';
import { httpStep } from '../domain/playbook.fixture.ts';
import { startEffectServer } from '../effect-server.fixture.ts';
import { importSteps, startRun, waitForRun } from '../run-playbook.fixture.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

const send = (line: string, rest: Record<string, unknown> = {}) => httpStep(rest, { command: `${line} HTTP/1.1` });

async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

test(
  'after kill -9 in the middle of three requests, a run goes on and repeats no effect',
  { timeout: 60_000 },
  async () => {
    let isAnswering = false;
    const effects = await startEffectServer((_, response) => {
      if (isAnswering) response.end('{}');
    });
    const env = { RESPONSE_ALLOWED_HOSTS: effects.host, RESPONSE_POLL_MS: '50', RESPONSE_LEASE_MS: '1000' };
    const first = await startTestService(responseService, { env });
    const id = await importSteps(first, {
      id: 1,
      url: effects.url,
      steps: {
        // The delay lets this process hand the run over before anything happens.
        p: { type: 'parallel', next_steps: ['put', 'post', 'declared'], on_completion: 'after' },
        put: send('PUT /put', { delay: 3_000 }),
        post: send('POST /post', { delay: 3_000 }),
        declared: send('POST /declared', {
          delay: 3_000,
          step_extensions: { [IDEMPOTENT_EXTENSION]: { idempotent: true } },
        }),
        after: send('POST /after'),
      },
    });
    const runId = await startRun(first, id);
    await waitForRun(first, runId, ['running']);
    await waitFor(async () => {
      const rows = await first.query(`select from response.step_executions where run_id = $1 and state = 'delayed'`, [
        runId,
      ]);
      return rows.length === 3;
    });
    await first.close({ keepData: true });
    expect(effects.received()).toEqual([]);

    const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...first.env }, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await waitFor(() => effects.received().length === 3, { deadlineMs: 30_000 });
    await killHard(child);
    isAnswering = true;

    const second = await startTestService(responseService, { env: first.env });
    const waiting = await waitForRun(second, runId, ['waiting'], 20_000);
    const states = waiting.steps.filter(({ attempt, stepType }) => attempt > 0 && stepType === 'action');
    expect(states.map(({ stepId, attempt, state }) => `${stepId} ${attempt} ${state}`).toSorted()).toEqual([
      'declared 1 uncertain',
      'declared 2 succeeded',
      'post 1 uncertain',
      'put 1 uncertain',
      'put 2 succeeded',
    ]);
    const keys = Object.groupBy(effects.received(), ({ path }) => path);
    expect(
      Object.fromEntries(Object.entries(keys).map(([path, all = []]) => [path, all.map(({ key }) => key)])),
    ).toEqual({
      '/put': [`${runId}:put`, `${runId}:put`],
      '/declared': [`${runId}:declared`, `${runId}:declared`],
      '/post': [`${runId}:post`],
    });

    await second.call(DecideStep, { params: { id: runId }, body: { stepId: 'post', decision: 'approve' } });
    expect((await waitForRun(second, runId)).status).toBe('succeeded');
    expect([effects.count('/post'), effects.count('/after')]).toEqual([1, 1]);
    const events = await second.published(ResponseCompleted, { where: ({ subject }) => subject === runId });
    expect(events).toHaveLength(1);
    await second.close();
    await effects.close();
  },
);
