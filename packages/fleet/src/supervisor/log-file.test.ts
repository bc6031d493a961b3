import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { openLogFile } from './log-file.ts';

async function makeLog(maxBytes: number) {
  const directory = await makeTemporaryDirectory('log');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const log = openLogFile(join(directory.path, 'logs', 'alert.log'), { maxBytes, keep: 2 });
  onTestFinished(log.close);
  return { log, folder: join(directory.path, 'logs') };
}

test('a log never grows beyond its bound, and a line is never cut in two', async () => {
  const { log, folder } = await makeLog(100);
  for (let n = 1; n <= 60; n++) log.write(`line ${n}\n`);
  expect((await readdir(folder)).toSorted()).toEqual(['alert.log', 'alert.log.1', 'alert.log.2']);
  const kept = await Promise.all(['.2', '.1', ''].map((age) => readFile(`${log.path}${age}`, 'utf8')));
  const lines = kept.join('').trimEnd().split('\n');
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => `line ${61 - lines.length + index}`));
  expect(Math.max(...kept.map((text) => text.length))).toBeLessThanOrEqual(108);
});

test('the last lines are at hand', async () => {
  const { log } = await makeLog(1_000);
  log.write('first\nsec');
  log.write(Buffer.from('ond\n'));
  expect(log.tail()).toEqual(['first', 'second']);
});
