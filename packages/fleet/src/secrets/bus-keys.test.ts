import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyRing, newKeyRing, openFrame, openKeyRingFile, sealFrame } from '@soc/messaging';
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
  expect(await rotateBusKeys(dataDirectory)).toBe('k2');
  await waitFor(() => publisher.current().id === 'k2', { deadlineMs: 10_000 });
  const after = sealFrame(publisher, header, ['{}']);
  await waitFor(async () => {
    await consumer.refresh(); // as a consumer does that meets an unknown key
    return openFrame(consumer, after).ok;
  });
  expect(openFrame(consumer, before).ok).toBe(true);
  await retireBusKey(dataDirectory, 'k1');
  await waitFor(async () => {
    await consumer.refresh();
    return consumer.find('k1') === undefined;
  });
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
  await waitFor(() => errors.length > 0, { deadlineMs: 10_000 });
  expect(ring.current().id).toBe('k1');
  expect(String(Object.values(errors[0] ?? {})[0])).toContain('the current key is not among the keys');
  expect(String(Object.values(errors[0] ?? {})[0])).not.toContain(keys['k1']);
  ring.close();
  await expect(openKeyRingFile(path, quiet)).rejects.toThrow('does not fit');
  await expect(readBusKeys(dataDirectory)).rejects.toThrow('does not fit');
});

test('a rotated file stays private, and the key that seals cannot be retired', async () => {
  const dataDirectory = await makeRing('private');
  await rotateBusKeys(dataDirectory);
  expect((await stat(busKeyRingPath(dataDirectory))).mode & 0o777).toBe(0o600);
  await expect(retireBusKey(dataDirectory, 'k2')).rejects.toThrow('rotate first');
  await expect(retireBusKey(dataDirectory, 'k7')).rejects.toThrow('There is no key k7; there are k1, k2.');
  await expect(readBusKeys(join(directory.path, 'nowhere'))).rejects.toThrow('soc up makes it');
  const ring = createKeyRing(await readBusKeys(dataDirectory));
  expect(ring.current().id).toBe('k2');
  expect(JSON.parse(await readFile(busKeyRingPath(dataDirectory), 'utf8'))).toMatchObject({ current: 'k2' });
});
