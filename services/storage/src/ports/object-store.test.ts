import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFileSystemObjectStore } from '../adapters/file-system-object-store.ts';
import type { ObjectStore } from './object-store.ts';

/** Every adapter passes the same tests; a new one is a line here. */
const adapters: readonly { readonly name: string; readonly open: () => Promise<ObjectStore> }[] = [
  {
    name: 'file system',
    open: async () => {
      const directory = await makeTemporaryDirectory('objects');
      onTestFinished(() => directory[Symbol.asyncDispose]());
      return createFileSystemObjectStore({ directory: directory.path, minFreeBytes: 0, now: () => new Date() });
    },
  },
];

const options = { tenantId: 'default', maxBytes: 1_000_000, idleTimeoutMs: 5_000, expectedBytes: undefined };
const put = (store: ObjectStore, content: string | Buffer, given: Partial<typeof options> = {}) =>
  store.put(Readable.from([Buffer.from(content)]), { ...options, ...given });

async function* failingAfter(content: string): AsyncGenerator<Buffer> {
  yield Buffer.from(content);
  await Promise.resolve();
  throw new Error('connection lost');
}

async function* piecesEvery(pauseMs: number, count: number): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < count; piece++) {
    yield Buffer.from(String(piece));
    await pause(pauseMs);
  }
}

describe.each(adapters)('object store: $name', ({ open }) => {
  test('gives back what was put, under its hash', async () => {
    const store = await open();
    const chunks = Array.from({ length: 50 }, (_, index) => Buffer.alloc(1_000, index));
    const outcome = await store.put(Readable.from(chunks), options);
    const all = Buffer.concat(chunks);
    expect(outcome).toMatchObject({
      ok: true,
      content: { sha256: createHash('sha256').update(all).digest('hex'), sizeBytes: 50_000 },
    });
    const content = outcome.ok ? await store.open(outcome.content.key) : undefined;
    expect(content && (await buffer(content)).equals(all)).toBe(true);
  });

  test('keeps the same content of a tenant once, and tenants apart', async () => {
    const store = await open();
    const [first, again, other] = [
      await put(store, 'same'),
      await put(store, 'same'),
      await put(store, 'same', { tenantId: 'other' }),
    ];
    expect(again).toEqual(first);
    expect(other.ok && first.ok && other.content.key !== first.content.key).toBe(true);
  });

  test('accepts an empty object', async () => {
    const outcome = await (await open()).put(Readable.from([]), options);
    expect(outcome).toMatchObject({ ok: true, content: { sizeBytes: 0 } });
  });

  test.each([
    ['announced', { expectedBytes: 11 }],
    ['not announced', { expectedBytes: undefined }],
  ])('refuses what is larger than allowed, %s', async (_, expected) => {
    const store = await open();
    const source = Readable.from([Buffer.from('12345678901')]);
    expect(await store.put(source, { ...options, ...expected, maxBytes: 10 })).toEqual({
      ok: false,
      refusal: 'too_large',
    });
    // The source is a request that still needs its answer.
    expect(source.destroyed).toBe(false);
    expect(await put(store, '1234567890', { maxBytes: 10 })).toMatchObject({ ok: true });
  });

  test('refuses what ends in the middle', async () => {
    const store = await open();
    const outcome = await store.put(Readable.from(failingAfter('half of it')), options);
    expect(outcome).toEqual({ ok: false, refusal: 'interrupted' });
  });

  test('refuses what falls silent, but not what is slow', async () => {
    const store = await open();
    const silent = new Readable({ read: () => undefined });
    silent.push('half of it');
    expect(await store.put(silent, { ...options, idleTimeoutMs: 50 })).toEqual({ ok: false, refusal: 'interrupted' });
    const slow = Readable.from(piecesEvery(60, 4));
    expect(await store.put(slow, { ...options, idleTimeoutMs: 200 })).toMatchObject({ ok: true });
  });

  test('finds nothing under a key that is not kept', async () => {
    expect(await (await open()).open(`default/ab/${'ab'.repeat(32)}`)).toBeUndefined();
  });

  test('says whether it can store', async () => {
    await expect((await open()).check()).resolves.toBeDefined();
  });
});
