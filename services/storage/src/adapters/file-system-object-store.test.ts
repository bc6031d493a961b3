import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createFileSystemObjectStore } from './file-system-object-store.ts';

const name = randomUUID();
const options = { name, tenantId: 'default', maxBytes: 100_000_000, idleTimeoutMs: 5_000, expectedBytes: undefined };

async function makeDirectory(): Promise<string> {
  const directory = await makeTemporaryDirectory('evidence');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  return directory.path;
}

const openStore = (directory: string, minFreeBytes = 0) =>
  createFileSystemObjectStore({ directory, minFreeBytes, partBytes: 1024, now: () => new Date() });

/** Mounts a file system of a megabyte; false where that is not permitted. */
function mountTiny(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return false; // only root may, and not in every container
  }
  onTestFinished(() => void execFileSync('umount', [directory]));
  return true;
}

test('a content lies under its name, a refused one leaves nothing', async () => {
  const directory = await makeDirectory();
  const store = openStore(directory);
  await store.put(Readable.from([Buffer.from('evidence')]), options);
  await store.put(Readable.from([Buffer.from('too long')]), { ...options, name: randomUUID(), maxBytes: 3 });
  expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  const files = await readdir(join(directory, 'objects'), { recursive: true });
  expect(files).toEqual(['default', `default/${name.slice(-2)}`, `default/${name.slice(-2)}/${name}`]);
});

test('an upload that would take the last room on the disk is refused', async () => {
  const store = openStore(await makeDirectory(), Number.MAX_SAFE_INTEGER);
  const outcome = await store.put(Readable.from([Buffer.from('x')]), options);
  expect(outcome).toEqual({ ok: false, refusal: 'no_space' });
});

test('a disk that fills up in the middle is a refusal and leaves nothing', async ({ skip }) => {
  const directory = await makeDirectory();
  if (!mountTiny(directory)) return skip('no file system can be mounted here');
  const megabytes = Array.from({ length: 3 }, () => Buffer.alloc(1024 * 1024, 'x'));
  const outcome = await openStore(directory).put(Readable.from(megabytes), options);
  expect(outcome).toEqual({ ok: false, refusal: 'no_space' });
  expect(await readdir(join(directory, 'incoming'))).toEqual([]);
});

test('what a killed upload left is swept away after eight days, not before', async () => {
  const directory = await makeDirectory();
  const incoming = join(directory, 'incoming');
  await mkdir(incoming);
  const [abandoned, underWay] = [join(incoming, 'abandoned'), join(incoming, 'under-way')];
  await Promise.all([writeFile(abandoned, 'half'), writeFile(underWay, 'half')]);
  const nineDaysAgo = new Date(Date.now() - 9 * 24 * 60 * 60 * 1000);
  await utimes(abandoned, nineDaysAgo, nineDaysAgo);
  await openStore(directory).sweep();
  expect(await readdir(incoming)).toEqual(['under-way']);
});

test('there is nothing to sweep in a folder that is not there yet', async () => {
  await expect(openStore(join(await makeDirectory(), 'later')).sweep()).resolves.toBeUndefined();
});
