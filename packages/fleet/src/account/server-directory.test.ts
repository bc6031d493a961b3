import { chmod, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { prepareServerDirectory, REACHABLE_FOLDER } from './server-directory.ts';

const isRoot = thisHost().uid === 0;

async function makeParent(mode: number): Promise<string> {
  const parent = await makeTemporaryDirectory('account');
  onTestFinished(() => parent[Symbol.asyncDispose]());
  await chmod(parent.path, mode);
  return join(parent.path, 'postgres');
}

test('an ordinary user’s data stays with that user', async () => {
  const directory = await makeParent(0o700);
  expect(await prepareServerDirectory(directory, false)).toEqual({ directory });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test.runIf(isRoot)('data below a folder that others may pass through belongs to an unprivileged user', async () => {
  const directory = await makeParent(0o711);
  const prepared = await prepareServerDirectory(directory, true);
  expect(prepared.directory).toBe(directory);
  expect(prepared.account?.uid).not.toBe(0);
  expect((await stat(directory)).uid).toBe(prepared.account?.uid);
  expect(await prepareServerDirectory(directory, true)).toEqual(prepared);
});

test.runIf(isRoot)('data below a folder of root alone is kept elsewhere, in the same place every time', async () => {
  const directory = await makeParent(0o700);
  const prepared = await prepareServerDirectory(directory, true);
  onTestFinished(() => rm(prepared.directory, { recursive: true }));
  expect(prepared.directory.startsWith(`${REACHABLE_FOLDER}/data-`)).toBe(true);
  expect((await prepareServerDirectory(directory, true)).directory).toBe(prepared.directory);
});
