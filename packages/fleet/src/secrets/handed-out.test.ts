import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';

const run = promisify(execFile);

/** Hands out so many k in a process whose files may have 64 KiB: as on a disk that fills, a write is short before one fails. */
const handOutWithLittleRoom = (dataDirectory: string, name: string, sizeBytes: number) => {
  const module = JSON.stringify(new URL('handed-out.ts', import.meta.url).href);
  const script = `const { handOut } = await import(${module});
    await handOut(...${JSON.stringify([dataDirectory, name])}, 'k'.repeat(${sizeBytes}));`;
  // In blocks of 512 bytes.
  return run('sh', ['-c', 'ulimit -f 128 && exec "$0" --input-type=module -e "$1"', thisHost().nodePath, script]);
};

test('a file of which there is no room for all is not handed out in part: it throws, and the copy has what it had', async () => {
  const directory = await makeTemporaryDirectory('handed-out');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const [folder, name] = [join(directory.path, 'mounted'), 'key.pem'];
  await mkdir(folder);
  await writeFile(join(folder, name), 'as it was');
  await expect(handOutWithLittleRoom(directory.path, name, 200_000)).rejects.toThrow('EFBIG');
  expect(await readFile(join(folder, name), 'utf8')).toBe('as it was');
  expect(((await stat(join(folder, name))).mode & 0o777).toString(8)).toBe('444');

  await handOutWithLittleRoom(directory.path, name, 10_000);
  expect(await readFile(join(folder, name), 'utf8')).toBe('k'.repeat(10_000));
});
