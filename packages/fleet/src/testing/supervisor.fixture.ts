import process from 'node:process';
import { join } from 'node:path';
import { spawnGuarded, lifelineOf } from '../supervisor/guarded-process.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { serviceSpec } from '../supervisor/service-process.ts';
import { supervise } from '../supervisor/supervise.ts';

/** Supervises a tiny service and a guarded `sleep`, prints their process ids, and waits to be killed. */
const [directory = '', port = ''] = process.argv.slice(2);
const log = openLogFile(join(directory, 'tiny.log'));
const guard = spawnGuarded({
  command: 'sleep',
  args: ['300'],
  stopSignal: 'TERM',
  env: {},
  cwd: directory,
  logFd: log.fd,
});
const service = supervise(
  serviceSpec({
    name: 'tiny',
    nodePath: process.execPath,
    nodeFlags: [],
    mainFile: new URL('tiny-service.fixture.ts', import.meta.url).pathname,
    env: { PORT: port },
    healthUrl: `http://127.0.0.1:${port}`,
    lifelines: () => [lifelineOf(guard)],
    log,
  }),
  () => undefined,
);
await service.start();
process.stdout.write(`${JSON.stringify({ guard: guard.pid, service: service.child()?.pid })}\n`);
