import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepQuiet } from './keep-quiet.ts';
import { makeTemporaryDirectory } from './testing/temporary-directory.ts';

/** A file system of its own, and a script that installs nothing: it says that it would begin, then waits for an end. */
async function makeRoot() {
  const directory = await makeTemporaryDirectory('keep-quiet');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const root = directory.path;
  await mkdir(join(root, 'usr/sbin'), { recursive: true });
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const conf = join(root, 'etc/postgresql-common/createcluster.d/soc-agent.conf');
  const install = async () => {
    const script = `${keepQuiet(root)}echo begun; read end`;
    const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    return { child, ended };
  };
  return { policy, conf, install };
}

test.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
  'an installation ended by %s leaves nothing behind',
  async (signal) => {
    const { policy, conf, install } = await makeRoot();
    const { child, ended } = await install();
    expect(await readFile(policy, 'utf8')).toMatch(/^#!\/bin\/sh\n#.*\nexit 101\n$/);
    expect(existsSync(conf)).toBe(true);
    child.kill(signal);
    expect(await ended).toEqual([130, null]);
    expect([existsSync(policy), existsSync(conf)]).toEqual([false, false]);
  },
);

test('what a killed installation left is taken away by the next one', async () => {
  const { policy, conf, install } = await makeRoot();
  const killed = await install();
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect([existsSync(policy), existsSync(conf)]).toEqual([true, true]);
  const { child, ended } = await install();
  child.stdin.end('\n');
  await ended;
  expect([existsSync(policy), existsSync(conf)]).toEqual([false, false]);
});

test("the administrator's own policy, and that of an installation under way, are let be", async () => {
  const { policy, install } = await makeRoot();
  await writeFile(policy, '#!/bin/sh\nexit 0\n');
  const beside = await install();
  beside.child.stdin.end('\n');
  await beside.ended;
  expect(await readFile(policy, 'utf8')).toBe('#!/bin/sh\nexit 0\n');

  const other = await makeRoot();
  const first = await other.install();
  const second = await other.install();
  second.child.stdin.end('\n');
  await second.ended;
  expect(existsSync(other.policy)).toBe(true);
  first.child.stdin.end('\n');
  await first.ended;
  expect(existsSync(other.policy)).toBe(false);
});
