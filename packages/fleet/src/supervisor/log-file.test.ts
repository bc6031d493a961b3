import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { openLogFile } from './log-file.ts';

async function makeLog(maxBytes: number) {
  const directory = await makeTemporaryDirectory('log');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const folder = join(directory.path, 'logs');
  const log = openLogFile(join(folder, 'alert.log'), { maxBytes, keep: 2 });
  onTestFinished(log.close);
  return { log, folder };
}

/** Writes a line the way a supervised process does: by itself, to the file it was given. */
const say = (fd: number, line: string): void => void spawnSync('echo', [line], { stdio: ['ignore', fd, fd] });

test('a log is moved aside when it is too large, nothing of it is lost, and the oldest go', async () => {
  const { log, folder } = await makeLog(20);
  const lines = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ');
  for (const line of lines) {
    say(log.fd, line);
    log.rotate();
  }
  expect((await readdir(folder)).toSorted()).toEqual(['alert.log', 'alert.log.1', 'alert.log.2']);
  const kept = await Promise.all(['.2', '.1', ''].map((age) => readFile(`${log.path}${age}`, 'utf8')));
  expect(kept).toEqual(['fifth\nsixth\nseventh\neighth\n', 'ninth\ntenth\neleventh\n', 'twelfth\n']);
});

test('the last lines are those since it was opened', async () => {
  const { log } = await makeLog(1_000);
  log.write('of yesterday\n');
  const today = openLogFile(log.path);
  onTestFinished(today.close);
  expect(today.tail()).toEqual([]);
  say(today.fd, 'of today');
  expect(today.tail()).toEqual(['of today']);
});
