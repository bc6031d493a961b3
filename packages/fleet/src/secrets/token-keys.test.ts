import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { keyRingPath, readKeyRing, retireKey, rotateKeyRing } from './key-ring-file.ts';
import { keepSecret } from './secret-file.ts';
import { firstTokenKeys, newSigningKey, tokenKeys } from './token-keys.ts';

async function makeRing(): Promise<string> {
  const directory = await makeTemporaryDirectory('token-keys');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const path = keyRingPath(directory.path, tokenKeys);
  await keepSecret(path, () => firstTokenKeys(join(directory.path, 'secrets')));
  return directory.path;
}

const HOUR_MS = 3_600_000;

test('a key is retired when what it signed has expired, or at once when it is said so', async () => {
  const directory = await makeRing();
  const nowMs = Date.now();
  const { activeFrom } = await rotateKeyRing(directory, tokenKeys, { nowMs });
  expect(activeFrom).toBe(nowMs + 60_000);
  await expect(retireKey(directory, tokenKeys, 'k1', { nowMs })).rejects.toThrow('k1 signs now; rotate first.');
  await expect(retireKey(directory, tokenKeys, 'k1', { nowMs: activeFrom + HOUR_MS - 1 })).rejects.toThrow('say --now');
  await retireKey(directory, tokenKeys, 'k1', { nowMs: activeFrom + HOUR_MS });
  expect(Object.keys((await readKeyRing(directory, tokenKeys)).keys)).toEqual(['k2']);
  const second = await rotateKeyRing(directory, tokenKeys, { nowMs: activeFrom + HOUR_MS });
  await retireKey(directory, tokenKeys, 'k2', { nowMs: second.activeFrom, isUrgent: true });
  expect((await stat(keyRingPath(directory, tokenKeys))).mode & 0o777).toBe(0o600);
});

test('the first ring holds the key that was there before rings', async () => {
  const directory = await makeTemporaryDirectory('token-keys');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const pem = await newSigningKey();
  await writeFile(join(directory.path, 'auth-signing-key.pem'), pem);
  expect(JSON.parse(await firstTokenKeys(directory.path))).toEqual({ current: 'k1', keys: { k1: pem } });
  expect(await readFile(join(directory.path, 'auth-signing-key.pem'), 'utf8')).toBe(pem);
});
