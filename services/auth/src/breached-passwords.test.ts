import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBreachedPasswords } from './breached-passwords.ts';

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('breached');
});
afterAll(() => directory[Symbol.asyncDispose]());

const write = async (name: string, lines: readonly string[], end = '\n'): Promise<string> => {
  const path = join(directory.path, name);
  await writeFile(path, `${lines.join(end)}${end}`);
  return path;
};
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const passwords = Array.from({ length: 300 }, (_, index) => `stolen ${index * 7919} ${'é'.repeat(index % 5)}`);
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();

/** How many of the list are found, and which of others that lie before, between and after them. */
async function search(path: string): Promise<{ readonly found: number; readonly wrongly: readonly string[] }> {
  const breached = await openBreachedPasswords(path);
  try {
    const found = await Promise.all(passwords.map((password) => breached.has(password)));
    const others = [...passwords.map((password) => `${password}x`), '', '!', 'stolen', '\u{10ffff}', 'STOLEN 0 '];
    const isFound = await Promise.all(others.map((password) => breached.has(password)));
    return { found: found.filter(Boolean).length, wrongly: others.filter((_, index) => isFound[index]) };
  } finally {
    await breached.close();
  }
}
const exactly = { found: passwords.length, wrongly: [] };

test('every password of a list of hashes is found and no other, with counts and without', async () => {
  const hashes = passwords.map(sha1).toSorted(byBytes);
  expect(await search(await write('hashes', hashes))).toEqual(exactly);
  const counted = hashes.map((hash, index) => `${hash}:${index}`);
  expect(await search(await write('counted', counted, '\r\n'))).toEqual(exactly);
});

test('every password of a plain list is found and no other', async () => {
  expect(await search(await write('plain', passwords.toSorted(byBytes)))).toEqual(exactly);
});

test('a password is found however its accents were typed', async () => {
  const breached = await openBreachedPasswords(await write('accent', ['caf\u00e9 au lait noir']));
  expect(await breached.has('cafe\u0301 au lait noir')).toBe(true);
  await breached.close();
});

test('a list of one line without an end is searched too', async () => {
  const path = join(directory.path, 'one');
  await writeFile(path, sha1('the only one there is'));
  const breached = await openBreachedPasswords(path);
  expect(await breached.has('the only one there is')).toBe(true);
  expect(await breached.has('another one entirely')).toBe(false);
  await breached.close();
});

test('a list that is missing, empty or not in order is refused at the start, not searched in vain', async () => {
  await expect(openBreachedPasswords(join(directory.path, 'nowhere'))).rejects.toThrow('ENOENT');
  const empty = join(directory.path, 'empty');
  await writeFile(empty, '');
  await expect(openBreachedPasswords(empty)).rejects.toThrow('is empty');
  await expect(openBreachedPasswords(await write('unsorted', ['b', 'a']))).rejects.toThrow('is not sorted');
});
