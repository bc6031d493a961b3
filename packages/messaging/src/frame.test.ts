import { randomBytes } from 'node:crypto';
import { assert, property, string, array, nat, constantFrom, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, openFrame, sealFrame } from './frame.ts';
import { createKeyRing, newKey } from './key-ring.ts';

const keys = { k1: newKey(), k2: newKey() };
const ring = createKeyRing({ current: 'k1', keys });
const header = { type: 'alert.created', source: 'alert', publishedAt: 1_760_000_000_000, token: 'v2.abc' };
const anyTexts = array(
  string({ unit: 'binary' }).map((text) => JSON.stringify({ text })),
  { minLength: 1, maxLength: 40 },
);

test('what is sealed opens to the same events, header and count, under a current and under an old key', () => {
  const rotated = createKeyRing({ current: 'k2', keys });
  assert(
    property(anyTexts, constantFrom(ring, rotated), (texts, sealing) => {
      const frame = sealFrame(sealing, header, texts);
      expect(openFrame(rotated, frame)).toEqual({ ok: true, header, texts });
      expect(countOf(frame)).toBe(texts.length);
    }),
  );
});

test('a frame shows nothing of its events, and never the same bytes twice', () => {
  const text = JSON.stringify({ secret: 'correct horse battery staple' });
  const [first, second] = [sealFrame(ring, header, [text]), sealFrame(ring, header, [text])];
  expect(first.includes('horse')).toBe(false);
  expect(first.equals(second)).toBe(false);
});

test('whatever byte is altered, the frame is refused', () => {
  assert(
    property(anyTexts, nat(), nat({ max: 254 }), (texts, at, by) => {
      const frame = sealFrame(ring, header, texts);
      const index = at % frame.length;
      frame[index] = ((frame[index] ?? 0) + by + 1) % 256;
      expect(openFrame(ring, frame).ok).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('a header that was altered in the clear does not pass for the sealed one', () => {
  const frame = sealFrame(ring, header, ['{}']);
  const forged = Buffer.from(frame.toString('latin1').replace('"source":"alert"', '"source":"intel"'), 'latin1');
  expect(forged.length).toBe(frame.length);
  expect(openFrame(ring, forged)).toMatchObject({ ok: false, refusal: 'tampered' });
});

test('a frame says why it is refused: an unknown key, an unknown version, no frame at all', () => {
  const stranger = createKeyRing({ current: 'k9', keys: { k9: newKey() } });
  expect(openFrame(ring, sealFrame(stranger, header, ['{}']))).toMatchObject({ refusal: 'unknown_key' });
  const namesake = createKeyRing({ current: 'k1', keys: { k1: newKey() } });
  expect(openFrame(ring, sealFrame(namesake, header, ['{}']))).toMatchObject({ refusal: 'tampered' });
  const later = sealFrame(ring, header, ['{}']);
  later[0] = 2;
  expect(openFrame(ring, later)).toMatchObject({ refusal: 'unknown_version' });
  expect(openFrame(ring, Buffer.from('{}'))).toMatchObject({ refusal: 'invalid' });
  assert(property(uint8Array({ maxLength: 400 }), (bytes) => !openFrame(ring, Buffer.from(bytes)).ok));
});

/** A small fast generator, for a million mutations; its seed is printed by the test that fails. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One of the things that befall bytes: flipped, cut off, grown, a piece moved, zeroed, or grafted from another frame. */
function mutate(frame: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  const at = random(frame.length);
  const length = 1 + random(16);
  switch (random(6)) {
    case 0: {
      const flipped = Buffer.from(frame);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      return flipped;
    }
    case 1:
      return frame.subarray(0, at);
    case 2:
      return Buffer.concat([frame.subarray(0, at), other.subarray(0, length), frame.subarray(at)]);
    case 3:
      return Buffer.concat([frame.subarray(0, at), frame.subarray(at + length), frame.subarray(at, at + length)]);
    case 4:
      return Buffer.from(frame).fill(random(256), at, Math.min(at + length, frame.length));
    default:
      return Buffer.concat([frame.subarray(0, at), other.subarray(Math.min(at, other.length))]);
  }
}

test('of a million mutated frames none is accepted and none crashes the decoder', { timeout: 120_000 }, () => {
  const seed = randomBytes(4).readUInt32BE();
  const random = createRandom(seed);
  const frames = Array.from({ length: 16 }, (_, index) =>
    sealFrame(
      ring,
      { ...header, token: 't'.repeat(index) },
      Array.from({ length: 1 + (index % 3) }, () => '{"a":1}'),
    ),
  );
  const genuine = new Set(frames.map((frame) => frame.toString('latin1')));
  const traceLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0; // the traces of a million bad tags would cost more than the tags
  const accepted: string[] = [];
  let mutated = 0;
  for (let turn = 0; mutated < 1_000_000; turn += 1) {
    // Never undefined: the index is below the length.
    const frame = frames[turn % frames.length] as Buffer;
    const changed = mutate(frame, frames[random(frames.length)] as Buffer, random);
    if (genuine.has(changed.toString('latin1'))) continue; // such as bytes filled with what they were
    mutated += 1;
    if (openFrame(ring, changed).ok) accepted.push(changed.toString('hex'));
  }
  Error.stackTraceLimit = traceLimit;
  expect({ seed, accepted }).toEqual({ seed, accepted: [] });
});
