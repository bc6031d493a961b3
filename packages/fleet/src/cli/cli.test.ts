import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { takeFreePorts } from '../testing/free-ports.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { commands } from './commands.ts';
import { thisHost } from './host.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

async function soc(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
  const child = execFile(thisHost().nodePath, [main, ...args], (_, stdout, stderr) =>
    resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  return promise;
}

async function makeDataDir(): Promise<string> {
  const directory = await makeTemporaryDirectory('cli');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return join(directory.path, 'data');
}

test('help lists every command', async () => {
  const { code, stdout } = await soc('help');
  expect(code).toBe(0);
  for (const { name } of commands) expect(stdout).toContain(`\n  ${name}`);
});

test.each(commands.map(({ name, options }) => [name, options] as const))(
  'soc %s --help tells its options',
  async (name, options) => {
    const { code, stdout } = await soc(name, '--help');
    expect(code).toBe(0);
    for (const option of options) expect(stdout).toContain(`--${option.name} `);
  },
);

test('a busy port is one sentence and exit code 1, and nothing was started', async () => {
  const dataDir = await makeDataDir();
  const [port] = await takeFreePorts(1000);
  const blocker = createServer().listen(port + 2, '127.0.0.1');
  onTestFinished(() => void blocker.close());
  const { code, stderr } = await soc('up', '--data-dir', dataDir, '--port-base', String(port));
  expect([code, stderr]).toEqual([
    1,
    `Port ${port + 2}, needed for alert, is in use; stop what uses it or choose other ports with --port-base.\n`,
  ]);
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
});

test.each([
  ['an unknown command', ['down'], 'There is no command down; soc help lists them.'],
  ['an unknown option', ['up', '--fast'], "Unknown option '--fast'; soc up --help tells the options."],
  ['an unknown service', ['up', '--only', 'alerts'], 'There is no service "alerts"; there are gateway,'],
  ['a bad scale', ['up', '--scale', 'alert'], '--scale wants a service and a number, such as alert=2, not alert.'],
  ['a port that is no number', ['up', '--port-base', 'http'], '--port-base wants a port, such as 8000, not http.'],
  ['a port out of range', ['up', '--port-base', '80'], 'The port base must be a whole number from 1024 to'],
  ['a word where only options stand', ['up', '9000'], 'soc up takes options only, not 9000; through npm they stand'],
  ['help with an unknown command', ['help', 'down'], 'There is no command down; soc help lists them.'],
  ['keys of no data', ['keys', 'status', '--data-dir', '/nowhere'], 'There is no key ring at /nowhere/secrets/'],
  ['keys without a word', ['keys'], 'Say soc keys status, soc keys rotate or soc keys retire KEY.'],
  ['database without a server', ['database', 'prepare'], 'Say soc database prepare --admin-url postgres://'],
  ['sigma without a word', ['sigma', '--rules', 'a.yml', 'b.yml'], 'Say soc sigma check --rules PATH.'],
  [
    'sigma with several paths',
    ['sigma', 'check', '--rules', '/nowhere', '/nothing'],
    '/nowhere cannot be read: ENOENT.',
  ],
  ['migrate without status', ['migrate', 'down'], 'Say soc migrate status;'],
])('%s is one sentence and exit code 1', async (_, args, sentence) => {
  const { code, stderr } = await soc(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('the migrations of no data are none', async () => {
  const { code, stderr } = await soc('migrate', 'status', '--data-dir', await makeDataDir());
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no data in ')]);
});

test('the doctor looks at the machine before the first start', async () => {
  const [port] = await takeFreePorts(1000);
  const { code, stdout } = await soc('doctor', '--data-dir', await makeDataDir(), '--port-base', String(port));
  expect(stdout).toMatch(/ok {3}node +v24\.[\s\S]*ok {3}PostgreSQL +postgres \(PostgreSQL\) 18[\s\S]*ok {3}ports/);
  expect(code).toBe(stdout.includes('BAD') ? 1 : 0);
});
