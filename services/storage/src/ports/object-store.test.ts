import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createContentHash } from '@soc/audit/custody';
import { describe, expect, test } from 'vitest';
import { adapters } from './object-stores.fixture.ts';
import type { ObjectStore } from './object-store.ts';

const options = { tenantId: 'default', maxBytes: 1_000_000, idleTimeoutMs: 30_000, expectedBytes: undefined };
const put = (store: ObjectStore, content: string | Buffer, given: Partial<Parameters<ObjectStore['put']>[1]> = {}) =>
  store.put(Readable.from([Buffer.from(content)]), { ...options, name: randomUUID(), ...given });

/** The key of a content that was put. */
async function keep(store: ObjectStore, content: string | Buffer): Promise<string> {
  const outcome = await put(store, content);
  if (!outcome.ok) throw new Error(outcome.refusal);
  return outcome.content.key;
}

function hashesOf(content: Buffer) {
  const hash = createContentHash();
  hash.update(content);
  return hash.digest();
}

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
  test('gives back what was put, under both its hashes', async () => {
    const store = await open();
    const chunks = Array.from({ length: 50 }, (_, index) => Buffer.alloc(1_000, index));
    const seen: Buffer[] = [];
    const outcome = await store.put(Readable.from(chunks), {
      ...options,
      name: randomUUID(),
      observe: (chunk) => seen.push(Buffer.from(chunk)),
    });
    const all = Buffer.concat(chunks);
    expect(outcome).toMatchObject({ ok: true, content: { ...hashesOf(all), sizeBytes: 50_000 } });
    expect(createHash('sha256').update(all).digest('hex')).toBe(hashesOf(all).sha256);
    expect(Buffer.concat(seen).equals(all)).toBe(true);
    const content = outcome.ok ? await store.open(outcome.content.key) : undefined;
    expect(content && (await buffer(content)).equals(all)).toBe(true);
  });

  test('keeps what spans several parts, and gives back any range of it', async () => {
    const store = await open();
    const all = Buffer.alloc(18 * 1024 * 1024);
    for (let at = 0; at < all.length; at += 4) all.writeUInt32BE(at, at);
    const chunks = Array.from({ length: 18 * 16 }, (_, index) => all.subarray(index * 65_536, (index + 1) * 65_536));
    const outcome = await store.put(Readable.from(chunks), { ...options, name: randomUUID(), maxBytes: all.length });
    expect(outcome).toMatchObject({ ok: true, content: { ...hashesOf(all), sizeBytes: all.length } });
    const key = outcome.ok ? outcome.content.key : '';
    for (const [first, last] of [
      [0, 0],
      [8 * 1024 * 1024 - 3, 8 * 1024 * 1024 + 3],
      [all.length - 5, all.length - 1],
    ] as const) {
      const range = await store.open(key, { first, last });
      expect(range && (await buffer(range)).equals(all.subarray(first, last + 1))).toBe(true);
    }
  });

  test('the same content put twice is two contents, and tenants lie apart', async () => {
    const store = await open();
    const keys = await Promise.all([keep(store, 'same'), keep(store, 'same')]);
    const other = await put(store, 'same', { tenantId: 'other' });
    expect(new Set([...keys, other.ok && other.content.key]).size).toBe(3);
    expect(await store.remove(keys[0])).toBe('removed');
    const second = await store.open(keys[1]);
    expect(second && (await text(second))).toBe('same');
  });

  test('accepts an empty object', async () => {
    const store = await open();
    const key = await keep(store, '');
    const content = await store.open(key);
    expect(content && (await text(content))).toBe('');
  });

  test.each([
    ['announced', { expectedBytes: 11 }],
    ['not announced', { expectedBytes: undefined }],
  ])('refuses what is larger than allowed, %s', async (_, expected) => {
    const store = await open();
    const source = Readable.from([Buffer.from('12345678901')]);
    expect(await store.put(source, { ...options, name: randomUUID(), ...expected, maxBytes: 10 })).toEqual({
      ok: false,
      refusal: 'too_large',
    });
    // The source is a request that still needs its answer.
    expect(source.destroyed).toBe(false);
    expect(await put(store, '1234567890', { maxBytes: 10 })).toMatchObject({ ok: true });
  });

  test('refuses what does not hash to what was announced', async () => {
    const store = await open();
    const hashes = hashesOf(Buffer.from('announced'));
    expect(await put(store, 'announced', { expected: hashes })).toMatchObject({ ok: true });
    for (const expected of [{ sha256: hashes.sha256 }, { blake3: hashes.blake3 }]) {
      expect(await put(store, 'another', { expected })).toEqual({ ok: false, refusal: 'wrong_hash' });
    }
  });

  test('refuses what ends in the middle', async () => {
    const store = await open();
    const outcome = await store.put(Readable.from(failingAfter('half of it')), { ...options, name: randomUUID() });
    expect(outcome).toEqual({ ok: false, refusal: 'interrupted' });
  });

  test('refuses what falls silent, but not what is slow', async () => {
    const store = await open();
    const silent = new Readable({ read: () => undefined });
    silent.push('half of it');
    const outcome = await store.put(silent, { ...options, name: randomUUID(), idleTimeoutMs: 50 });
    expect(outcome).toEqual({ ok: false, refusal: 'interrupted' });
    const slow = Readable.from(piecesEvery(60, 4));
    expect(await store.put(slow, { ...options, name: randomUUID(), idleTimeoutMs: 10_000 })).toMatchObject({
      ok: true,
    });
  });

  test('a content can be removed, and then is not there', async () => {
    const store = await open();
    const key = await keep(store, 'gone tomorrow');
    expect(await store.remove(key)).toBe('removed');
    expect([await store.open(key), await store.holdOf(key), await store.remove(key)]).toEqual([
      undefined,
      undefined,
      'absent',
    ]);
  });

  test('what a broken-off put left at its place is discarded, and an empty place too', async () => {
    const store = await open();
    const place = { tenantId: 'default', name: randomUUID() };
    const outcome = await put(store, 'no row was written', place);
    await store.discard(place);
    expect(outcome.ok && (await store.open(outcome.content.key))).toBeUndefined();
    await expect(store.discard(place)).resolves.toBeUndefined();
  });

  test('a content on legal hold is not removed, until it is released', async () => {
    const store = await open();
    const key = await keep(store, 'for the court');
    expect(await store.holdOf(key)).toEqual({ legalHold: false, retainUntil: undefined });
    expect(await store.hold(key, { legalHold: true })).toBe('set');
    expect(await store.holdOf(key)).toEqual({ legalHold: true, retainUntil: undefined });
    expect(await store.remove(key)).toBe('held');
    const content = await store.open(key);
    expect(content && (await text(content))).toBe('for the court');
    expect(await store.hold(key, { legalHold: false })).toBe('set');
    expect(await store.remove(key)).toBe('removed');
  });

  test('a retained content is not removed before its day, which is only ever put later', async () => {
    const store = await open();
    const key = await keep(store, 'kept a while');
    const today = Math.floor(Date.now() / 1000) * 1000;
    const day = (days: number) => new Date(today + days * 86_400_000);
    expect(await store.hold(key, { retainUntil: day(2) })).toBe('set');
    expect(await store.remove(key)).toBe('held');
    expect(await store.hold(key, { retainUntil: day(1) })).toBe('shortened');
    expect(await store.hold(key, { retainUntil: day(3) })).toBe('set');
    expect(await store.holdOf(key)).toEqual({ legalHold: false, retainUntil: day(3) });
  });

  test('says whether it can store', async () => {
    await expect((await open()).check()).resolves.toBeDefined();
  });

  test('nothing that comes from outside may name what the store has beside', async () => {
    const store = await open();
    for (const name of ['../../../etc/passwd', 'a/b', '..', 'x\0', '']) {
      await expect(put(store, 'x', { name })).rejects.toThrow('not a place of this store');
      await expect(store.startUpload({ tenantId: 'default', name })).rejects.toThrow('not a place of this store');
    }
    for (const key of ['../../etc/passwd', 'default/ab/../../../../etc/passwd', '/etc/passwd', 'default//x']) {
      await expect(store.open(key)).rejects.toThrow('not a place of this store');
      await expect(store.remove(key)).rejects.toThrow('not a place of this store');
    }
  });

  test('there is nothing under a key that is not kept', async () => {
    const store = await open();
    const key = `default/ab/${'ab'.repeat(32)}`;
    expect([await store.open(key), await store.holdOf(key), await store.hold(key, { legalHold: true })]).toEqual([
      undefined,
      undefined,
      'absent',
    ]);
  });
});
