import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { takeFreePorts } from '../testing/free-ports.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { waitFor } from '../testing/wait-for.ts';
import { openLogFile } from './log-file.ts';
import type { ProcessEvent } from './process-spec.ts';
import { serviceSpec } from './service-process.ts';
import { supervise } from './supervise.ts';

const host = thisHost();
const fixture = (name: string): string => fileURLToPath(new URL(`../testing/${name}.fixture.ts`, import.meta.url));
const isAlive = (pid: number | undefined): boolean => pid !== undefined && host.signal(pid, 0);

async function makeTiny(behaviour = 'good', stopWithinMs = 5_000) {
  const directory = await makeTemporaryDirectory('supervisor');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const [port] = await takeFreePorts(1);
  const events: ProcessEvent[] = [];
  const log = openLogFile(join(directory.path, 'tiny.log'));
  const spec = serviceSpec({
    name: 'tiny',
    nodePath: host.nodePath,
    nodeFlags: [],
    mainFile: fixture('tiny-service'),
    env: { PORT: String(port), BEHAVIOUR: behaviour },
    healthUrl: `http://127.0.0.1:${port}/health`,
    lifelines: () => [],
    log,
  });
  const tiny = supervise({ ...spec, stopWithinMs }, (event) => void events.push(event));
  onTestFinished(() => tiny.stop());
  return { tiny, events, log };
}

test('a service that dies is started again, later each time, and its output is kept', async () => {
  const { tiny, events, log } = await makeTiny();
  await tiny.start();
  const pids = [tiny.child()?.pid];
  for (const death of [1, 2]) {
    tiny.child()?.kill('SIGKILL');
    await waitFor(() => events.filter(({ kind }) => kind === 'recovered').length === death);
    pids.push(tiny.child()?.pid);
  }
  expect(new Set(pids).size).toBe(3);
  expect(tiny.restarts()).toBe(2);
  const deaths = events.filter((event) => event.kind === 'died');
  expect(deaths.map(({ how, restartInMs }) => [how, restartInMs])).toEqual([
    ['signal SIGKILL', 200],
    ['signal SIGKILL', 400],
  ]);
  expect(await readFile(log.path, 'utf8')).toContain(`started ${pids[2]}`);
});

test('a stopped service stays stopped', async () => {
  const { tiny, events } = await makeTiny();
  await tiny.start();
  const pid = tiny.child()?.pid;
  await tiny.stop();
  expect(isAlive(pid)).toBe(false);
  expect(tiny.child()).toBeUndefined();
  expect(events).toEqual([]);
});

test('a service that does not stop when asked is killed', async () => {
  const { tiny } = await makeTiny('stubborn', 300);
  await tiny.start();
  const pid = tiny.child()?.pid;
  await tiny.stop();
  expect(isAlive(pid)).toBe(false);
});

test('a service that cannot start says why', async () => {
  const { tiny } = await makeTiny('broken');
  await expect(tiny.start()).rejects.toThrow(
    /tiny ended with exit code 3; its log is .*\n {2}the reason is in the log/,
  );
});

test('kill -9 of the supervisor leaves neither a service nor a data server behind', async () => {
  const directory = await makeTemporaryDirectory('orphans');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const [port] = await takeFreePorts(1);
  const supervisor = spawn(host.nodePath, [fixture('supervisor'), directory.path, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(supervisor.stdout), 'line');
  const pids = JSON.parse(line);
  expect([isAlive(pids.guard), isAlive(pids.service)]).toEqual([true, true]);
  supervisor.kill('SIGKILL');
  await waitFor(() => !isAlive(pids.guard) && !isAlive(pids.service));
});
