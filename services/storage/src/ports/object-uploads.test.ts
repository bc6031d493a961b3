import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createContentHash } from '@soc/audit/custody';
import { describe, expect, test } from 'vitest';
import { adapters } from './object-stores.fixture.ts';
import type { ObjectStore, StartedUpload, StoredPart } from './object-store.ts';

const receive = { idleTimeoutMs: 30_000, expectedBytes: undefined };
const place = () => ({ tenantId: 'default', name: randomUUID() });

async function part(store: ObjectStore, upload: StartedUpload, number: number, content: Buffer): Promise<StoredPart> {
  const outcome = await store.putPart(upload, number, Readable.from([content]), receive);
  if (!outcome.ok) throw new Error(outcome.refusal);
  return outcome.part;
}

function hashesOf(...contents: readonly Buffer[]) {
  const hash = createContentHash();
  for (const content of contents) hash.update(content);
  return hash.digest();
}

describe.each(adapters)('uploads in parts: $name', ({ open }) => {
  test('parts come in any order, and again after one was cut in the middle', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const [first, last] = [Buffer.alloc(upload.partBytes, 'a'), Buffer.from('the end')];
    const storedLast = await part(store, upload, 2, last);
    const cut = Readable.from(
      (function* () {
        yield Buffer.alloc(100_000, 'x');
        throw new Error('connection lost');
      })(),
    );
    expect(await store.putPart(upload, 1, cut, receive)).toEqual({ ok: false, refusal: 'interrupted' });
    const storedFirst = await part(store, upload, 1, first);
    const seen: Buffer[] = [];
    const outcome = await store.completeUpload(upload, [storedFirst, storedLast], {
      expected: hashesOf(first, last),
      observe: (chunk) => seen.push(Buffer.from(chunk)),
    });
    const whole = Buffer.concat([first, last]);
    expect(outcome).toMatchObject({ ok: true, content: { ...hashesOf(whole), sizeBytes: whole.length } });
    expect(Buffer.concat(seen).equals(whole)).toBe(true);
    const content = outcome.ok ? await store.open(outcome.content.key) : undefined;
    expect(content && (await buffer(content)).equals(whole)).toBe(true);
  });

  test('a part that is sent again, shorter, replaces the first', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    await part(store, upload, 1, Buffer.from('a long one'));
    const again = await part(store, upload, 1, Buffer.from('short'));
    const outcome = await store.completeUpload(upload, [again], {});
    expect(outcome).toMatchObject({ ok: true, content: hashesOf(Buffer.from('short')) });
  });

  test('what does not hash to what was announced is refused, and nothing is left of it', async () => {
    const store = await open();
    const where = place();
    const upload = await store.startUpload(where);
    const stored = await part(store, upload, 1, Buffer.from('forged'));
    const expected = hashesOf(Buffer.from('genuine'));
    expect(await store.completeUpload(upload, [stored], { expected })).toEqual({ ok: false, refusal: 'wrong_hash' });
    expect(await store.completeUpload(upload, [stored], {})).toEqual({ ok: false, refusal: 'no_upload' });
  });

  test('completing can be repeated when the answer was lost', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const stored = await part(store, upload, 1, Buffer.from('once'));
    const outcome = await store.completeUpload(upload, [stored], {});
    expect(outcome).toMatchObject({ ok: true });
    expect(await store.completeUpload(upload, [stored], {})).toEqual(outcome);
  });

  test('a part larger than parts are is refused', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const large = Readable.from([Buffer.alloc(upload.partBytes), Buffer.alloc(1)]);
    expect(await store.putPart(upload, 1, large, receive)).toEqual({ ok: false, refusal: 'too_large' });
    const announced = { ...receive, expectedBytes: upload.partBytes + 1 };
    expect(await store.putPart(upload, 1, Readable.from([]), announced)).toEqual({ ok: false, refusal: 'too_large' });
  });

  test('an upload that was given up takes nothing more', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const stored = await part(store, upload, 1, Buffer.from('never mind'));
    await store.abortUpload(upload);
    await expect(store.abortUpload(upload)).resolves.toBeUndefined();
    expect(await store.putPart(upload, 2, Readable.from([Buffer.from('x')]), receive)).toEqual({
      ok: false,
      refusal: 'no_upload',
    });
    expect(await store.completeUpload(upload, [stored], {})).toEqual({ ok: false, refusal: 'no_upload' });
  });

  test('an upload that nobody knows the name of is given up by its place', async () => {
    const store = await open();
    const where = place();
    const upload = await store.startUpload(where);
    const stored = await part(store, upload, 1, Buffer.from('orphaned'));
    await store.discard(where);
    expect(await store.completeUpload(upload, [stored], {})).toEqual({ ok: false, refusal: 'no_upload' });
  });

  test('a part that is still being sent again has no hand in what was completed', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const stored = await part(store, upload, 1, Buffer.from('genuine'));
    const slow = new Readable({ read: () => undefined });
    const again = store.putPart(upload, 1, slow, receive);
    slow.push(Buffer.from('fo'));
    const outcome = await store.completeUpload(upload, [stored], {});
    slow.push(Buffer.from('rged!'));
    slow.push(null);
    expect(await again).toEqual({ ok: false, refusal: 'no_upload' });
    const content = outcome.ok ? await store.open(outcome.content.key) : undefined;
    expect(content && (await buffer(content)).toString()).toBe('genuine');
  });

  test('a part that the store no longer has as it was stored is told by its number', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const first = await part(store, upload, 1, Buffer.alloc(upload.partBytes, 'a'));
    const never = { number: 2, sizeBytes: 3, tag: `"${'0'.repeat(32)}"` };
    expect(await store.completeUpload(upload, [first, never], {})).toEqual({
      ok: false,
      refusal: 'parts_lost',
      numbers: [2],
    });
    const last = await part(store, upload, 2, Buffer.from('end'));
    expect(await store.completeUpload(upload, [first, last], {})).toMatchObject({ ok: true });
  });

  test('who completes the same upload at the same time is given the same content', async () => {
    const store = await open();
    const upload = await store.startUpload(place());
    const stored = await part(store, upload, 1, Buffer.from('one of two'));
    const [one, other] = await Promise.all([
      store.completeUpload(upload, [stored], {}),
      store.completeUpload(upload, [stored], {}),
    ]);
    expect(one).toMatchObject({ ok: true });
    expect(other).toEqual(one);
  });
});
