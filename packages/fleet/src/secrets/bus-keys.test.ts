import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyRing, newKeyRing, openFrame, openKeyRingFile, sealFrame, sealingKeyId } from '@soc/messaging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { waitFor } from '../testing/wait-for.ts';
import { busKeyRingPath, readBusKeys, retireBusKey, rotateBusKeys } from './bus-keys.ts';
import { keepSecret } from './secret-file.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const header = { type: 'alert.created', source: 'alert', publishedAt: 0 };
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => (directory = await makeTemporaryDirectory('keys')));
afterAll(() => directory[Symbol.asyncDispose]());

const makeRing = async (name: string): Promise<string> => {
  const dataDirectory = join(directory.path, name);
  await keepSecret(busKeyRingPath(dataDirectory), () => JSON.stringify(newKeyRing()));
  return dataDirectory;
};

test('a running service follows a rotation: it seals with the new key and still opens what the old one sealed', async () => {
  const dataDirectory = await makeRing('rotation');
  const [publisher, consumer] = await Promise.all([
    openKeyRingFile(busKeyRingPath(dataDirectory), quiet),
    openKeyRingFile(busKeyRingPath(dataDirectory), quiet),
  ]);
  const before = sealFrame(publisher, header, ['{}']);
  expect(await rotateBusKeys(dataDirectory, { activeAfterMs: 0 })).toMatchObject({ id: 'k2' });
  await waitFor(() => publisher.current().id === 'k2');
  const after = sealFrame(publisher, header, ['{}']);
  await consumer.refresh(); // as a consumer does that meets an unknown key
  expect(openFrame(consumer, after).ok).toBe(true);
  expect(openFrame(consumer, before).ok).toBe(true);
  await retireBusKey(dataDirectory, 'k1');
  await consumer.refresh();
  expect(consumer.find('k1')).toBe(undefined);
  expect(openFrame(consumer, before)).toMatchObject({ ok: false, refusal: 'unknown_key' });
  publisher.close();
  consumer.close();
});

test('a ring that does not fit leaves a running service its keys, and says so without showing any', async () => {
  const dataDirectory = await makeRing('broken');
  const path = busKeyRingPath(dataDirectory);
  const { keys } = await readBusKeys(dataDirectory);
  const errors: object[] = [];
  const ring = await openKeyRingFile(path, { ...quiet, error: (fields) => errors.push(fields) });
  await writeFile(path, JSON.stringify({ current: 'k9', keys }));
  await waitFor(() => errors.length > 0);
  expect(ring.current().id).toBe('k1');
  expect(String(Object.values(errors[0] ?? {})[0])).toContain('the current key is not among the keys');
  expect(String(Object.values(errors[0] ?? {})[0])).not.toContain(keys['k1']);
  ring.close();
  await expect(openKeyRingFile(path, quiet)).rejects.toThrow('does not fit');
  await expect(readBusKeys(dataDirectory)).rejects.toThrow('does not fit');
});

test('a rotated file stays private, and the key that seals cannot be retired', async () => {
  const dataDirectory = await makeRing('private');
  await rotateBusKeys(dataDirectory, { activeAfterMs: 0 });
  expect((await stat(busKeyRingPath(dataDirectory))).mode & 0o777).toBe(0o600);
  await expect(retireBusKey(dataDirectory, 'k2')).rejects.toThrow('rotate first');
  await expect(retireBusKey(dataDirectory, 'k7')).rejects.toThrow('There is no key k7; there are k1, k2.');
  await expect(readBusKeys(join(directory.path, 'nowhere'))).rejects.toThrow('soc up makes it');
  const ring = createKeyRing(await readBusKeys(dataDirectory));
  expect(ring.current().id).toBe('k2');
  expect(JSON.parse(await readFile(busKeyRingPath(dataDirectory), 'utf8'))).toMatchObject({ next: { id: 'k2' } });
});

test('a new key opens at once and seals only when everybody has read it; a second rotation waits for that', async () => {
  const dataDirectory = await makeRing('two steps');
  const nowMs = Date.now();
  expect(await rotateBusKeys(dataDirectory, { nowMs })).toEqual({ id: 'k2', activeFrom: nowMs + 60_000 });
  const data = await readBusKeys(dataDirectory);
  expect([nowMs, nowMs + 59_999, nowMs + 60_000].map((atMs) => sealingKeyId(data, atMs))).toEqual(['k1', 'k1', 'k2']);
  const ring = createKeyRing(data);
  expect(ring.current().id).toBe('k1');
  expect(ring.find('k2')).toBeDefined();
  await expect(rotateBusKeys(dataDirectory, { nowMs: nowMs + 59_999 })).rejects.toThrow('rotate after that');
  await expect(retireBusKey(dataDirectory, 'k2', nowMs)).rejects.toThrow('k2 is the next to seal');
  await expect(retireBusKey(dataDirectory, 'k1', nowMs)).rejects.toThrow('rotate first');
  await rotateBusKeys(dataDirectory, { nowMs: nowMs + 60_000 });
  await retireBusKey(dataDirectory, 'k1', nowMs + 60_000);
  expect(await readBusKeys(dataDirectory)).toMatchObject({ current: 'k2', next: { id: 'k3' } });
});

test('a refresh right after a look reads again', async () => {
  const dataDirectory = await makeRing('refresh');
  const ring = await openKeyRingFile(busKeyRingPath(dataDirectory), quiet);
  await ring.refresh();
  await rotateBusKeys(dataDirectory);
  await ring.refresh();
  expect(ring.find('k2')).toBeDefined();
  ring.close();
});
