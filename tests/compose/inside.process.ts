// What scripts/test-compose.ts runs in the network of its engine, where the published ports are: the compose file goes up, is walked,
// scaled, hurt, taken down and brought up again.
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { runCommand } from './run-command.ts';
import { alertThroughPort, bringUp, walkTheFleet } from './first-steps.ts';
import { makeBackups } from './backups.ts';
import { keepThroughDownAndUp } from './down-and-up.ts';
import { killEach } from './kill-each.ts';
import { createReport } from './report.ts';
import { scaleAlertService } from './scale.ts';
import { prepareStack } from './stack.ts';

/** Where containers that may call out find what this process listens on. */
const ADDRESS = '10.202.0.1';

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());
const { env } = process;
const startedAt = Number(env['SOC_STARTED_AT'] ?? performance.timeOrigin) - performance.timeOrigin;

const directory = await makeTemporaryDirectory('compose');
const report = createReport((line) => void process.stdout.write(`${line}\n`), startedAt, interruption.signal);
await runCommand('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', 'lo'], { env });
const stack = await prepareStack({
  env,
  directory: directory.path,
  settings: {
    NOTIFICATION_ALLOW_PRIVATE: 'true',
    RESPONSE_ALLOWED_HOSTS: ADDRESS,
    // Longer than the run.
    AUTH_ACCESS_TOKEN_TTL_S: '3600',
  },
  signal: interruption.signal,
});
try {
  await report.part('All containers are well', () => bringUp(stack, report));
  await report.part('An alert through the published port', () => alertThroughPort(stack, report));
  await report.part('The fleet test through the published port', () =>
    walkTheFleet(stack, { env, address: ADDRESS, report }),
  );
  await report.part('--scale alert-service=3 is balanced', () => scaleAlertService(stack, report));
  await report.part('docker kill of each container loses no acknowledged alert', () => killEach(stack, report));
  await report.part('Backups are made, of whichever server is the primary', () => makeBackups(stack, report));
  await report.part('down and up keeps everything', () => keepThroughDownAndUp(stack, report));
} finally {
  await stack
    .compose('down', '--volumes', '--timeout', '10')
    .catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
  await directory[Symbol.asyncDispose]();
}
process.exitCode = report.close() ? 0 : 1;
