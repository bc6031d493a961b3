import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimDataDirectory, findRunningFleet } from './claim-data-directory.ts';
import { thisHost } from './cli/host.ts';
import { makeTemporaryDirectory } from './testing/temporary-directory.ts';

const host = thisHost();
const portBase = 8000;

async function makeDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('claim');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return join(directory.path, 'data');
}

test('a data directory belongs to one fleet at a time', async () => {
  const directory = await makeDirectory();
  const claim = await claimDataDirectory(directory, portBase, host);
  expect(await findRunningFleet(directory, host)).toMatchObject({ portBase });
  await expect(claimDataDirectory(directory, portBase, host)).rejects.toThrow('A fleet runs over');
  await claim.release();
  expect((await claimDataDirectory(directory, portBase, host)).followsCrash).toBe(false);
});

test.each([
  ['whose process is gone', { pid: 999_999_999, birth: '1', portBase }],
  ['whose process id belongs to another process by now', { pid: host.pid, birth: '1', portBase }],
  ['half written', '{"pid":'],
])('a claim %s is taken over', async (_, left) => {
  const directory = await makeDirectory();
  await (await claimDataDirectory(directory, portBase, host)).release();
  await writeFile(join(directory, 'fleet.json'), typeof left === 'string' ? left : JSON.stringify(left));
  expect(await findRunningFleet(directory, host)).toBeUndefined();
  expect((await claimDataDirectory(directory, portBase, host)).followsCrash).toBe(true);
});

test('a data directory that cannot be written to is told in a sentence', async () => {
  await expect(claimDataDirectory('/dev/null/soc', portBase, host)).rejects.toThrow(
    'cannot be written to; choose another',
  );
});
