// What scripts/test-compose.ts runs in the network of its engine, where the published ports are: the compose file goes up, is walked,
// scaled, watched, hurt, taken down and brought up again; then its core once more with Compose v2.
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { makeBackups } from './backups.ts';
import { programsOf, readConfig } from './compose-programs.ts';
import { keepThroughDownAndUp } from './down-and-up.ts';
import { alertThroughPort, bringUp, walkTheFleet } from './first-steps.ts';
import { killEach } from './kill-each.ts';
import { catchMail } from './mail.ts';
import { everyTargetIsUp, watchItself } from './monitoring.ts';
import { createReport } from './report.ts';
import { runCommand } from './run-command.ts';
import { scaleAlertService } from './scale.ts';
import { prepareStack, type Stack, type StackOptions } from './stack.ts';
import { included, SETTINGS_OF_STAND_INS } from './stand-ins.ts';
import { useStores } from './stores.ts';

/** Where containers that may call out find what this process listens on. */
const ADDRESS = '10.202.0.1';

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());
const { env } = process;
const startedAt = Number(env['SOC_STARTED_AT'] ?? performance.timeOrigin) - performance.timeOrigin;

const report = createReport((line) => void process.stdout.write(`${line}\n`), startedAt, interruption.signal);
await runCommand('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', 'lo'], { env });

const SETTINGS = {
  NOTIFICATION_ALLOW_PRIVATE: 'true',
  RESPONSE_ALLOWED_HOSTS: ADDRESS,
  // Longer than the run.
  AUTH_ACCESS_TOKEN_TTL_S: '3600',
};

/** Has a stack of its own, which is gone afterwards. */
async function withStack(
  options: Pick<StackOptions, 'program' | 'profile' | 'parts' | 'overlays' | 'services'>,
  show: (stack: Stack) => Promise<void>,
): Promise<void> {
  const directory = await makeTemporaryDirectory('compose');
  const settings = options.profile === 'full' ? { ...SETTINGS, ...SETTINGS_OF_STAND_INS } : SETTINGS;
  const { signal } = interruption;
  const stack = await prepareStack({ env, directory: directory.path, settings, signal, ...options });
  try {
    await show(stack);
  } finally {
    await removeAll(stack).catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
    await directory[Symbol.asyncDispose]();
  }
}

async function removeAll(stack: Stack): Promise<void> {
  // The engine takes them along.
  if (interruption.signal.aborted) return;
  await stack.down('--volumes', '--timeout', '10');
}

const everything = {
  profile: 'full',
  parts: ['mail'],
  overlays: ['tests/compose/stand-ins.yml'],
  services: included,
} as const;

async function showEverything(stack: Stack): Promise<void> {
  await report.part('All containers are well', () => bringUp(stack, report));
  await report.part('An alert through the published port', () => alertThroughPort(stack, report));
  await report.part('Each target of Prometheus is up', () => everyTargetIsUp(report));
  await report.part('The fleet test through the published port', () =>
    walkTheFleet(stack, { env, address: ADDRESS, report }),
  );
  await report.part('Evidence, search and metrics are in servers of their own', () => useStores(stack, report));
  await report.part('Mail is caught', () => catchMail(stack, report));
  await report.part('What Prometheus finds becomes an alert of the SOC', () => watchItself(stack, report));
  await report.part('--scale alert-service=3 is balanced', () => scaleAlertService(stack, report));
  await report.part('docker kill of each container loses no acknowledged alert', () => killEach(stack, report));
  await report.part('Backups are made, of whichever server is the primary', () => makeBackups(stack, report));
  await report.part('down and up keeps everything', () => keepThroughDownAndUp(stack, report));
  await report.part('Each target of Prometheus is up again', () => everyTargetIsUp(report));
}

async function showCore(stack: Stack): Promise<void> {
  await report.part('Compose v2: config', () => readConfig(stack, report));
  await report.part('Compose v2: all containers are well', () => bringUp(stack, report));
  await report.part('Compose v2: an alert through the published port', () => alertThroughPort(stack, report));
  await report.part('Compose v2: --scale alert-service=3 is balanced', () => scaleAlertService(stack, report));
}

const { v1, v2 } = programsOf(env);
if (v1 !== undefined) await withStack({ ...everything, program: v1 }, showEverything);
if (v2 !== undefined) await withStack({ profile: 'core', program: v2 }, showCore);
process.exitCode = report.close() ? 0 : 1;
