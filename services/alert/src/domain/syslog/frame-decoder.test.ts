import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameDecoder } from './frame-decoder.ts';

function decode(chunks: readonly (string | Buffer)[], maxBytes = 1_000) {
  const losses: string[] = [];
  const decoder = createFrameDecoder(maxBytes, (loss) => losses.push(loss));
  const messages = [...chunks.flatMap((chunk) => decoder.push(Buffer.from(chunk))), ...decoder.end()];
  return { messages: messages.map(String), losses };
}

/** `bytes` cut at random places. */
const cut = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, nth) => bytes.subarray(sorted[nth] ?? 0, end));
};

describe('createFrameDecoder', () => {
  it('takes counted messages and lines, mixed, with line ends within counted ones', () => {
    const chunks = ['8 <13>a\nbc<13>line\r\n\n', '2026 is a line\n7 ', '<13>xyz<13>last'];
    expect(decode(chunks)).toEqual({
      messages: ['<13>a\nbc', '<13>line\r', '2026 is a line', '<13>xyz', '<13>last'],
      losses: [],
    });
  });

  it('counts bytes, not characters', () => {
    expect(decode([`${4 + Buffer.byteLength('é')} <13>é<13>x\n`]).messages).toEqual(['<13>é', '<13>x']);
  });

  it('a message that is too long costs itself, told once, wherever it is cut', () => {
    const long = 'x'.repeat(500);
    expect(decode([`<13>${long}`, long, '\n<13>next\n'], 100)).toEqual({
      messages: ['<13>next'],
      losses: ['too_long'],
    });
    expect(decode(['504 <13>', long, '<13>next\n'], 100)).toEqual({ messages: ['<13>next'], losses: ['too_long'] });
    expect(decode([`504 <13>${long}<13>next\n`], 100)).toEqual({ messages: ['<13>next'], losses: ['too_long'] });
  });

  it('half of a counted message at the end is told', () => {
    expect(decode(['20 <13>half'])).toEqual({ messages: [], losses: ['cut_off'] });
  });

  it('any messages in any framing, cut anywhere, come back byte for byte', () => {
    const message = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) =>
        Buffer.concat([Buffer.from('<13>'), Buffer.from(bytes.map((byte) => (byte === 10 ? 11 : byte)))]),
      );
    const frames = fc.array(fc.tuple(message, fc.boolean()), { maxLength: 20 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(2_000), { maxLength: 30 }), (given, places) => {
        const stream = Buffer.concat(
          given.flatMap(([bytes, isCounted]) =>
            isCounted ? [Buffer.from(`${bytes.length} `), bytes] : [bytes, Buffer.from('\n')],
          ),
        );
        const decoder = createFrameDecoder(100, (loss) => expect.unreachable(loss));
        const found = [...cut(stream, places).flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
        expect(found.map((bytes) => bytes.toString('hex'))).toEqual(given.map(([bytes]) => bytes.toString('hex')));
      }),
      { numRuns: 200 },
    );
  });

  it('any bytes at all hold no more than a message and a chunk', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 30 }), (chunks) => {
        const { messages } = decode(
          chunks.map((chunk) => Buffer.from(chunk)),
          50,
        );
        expect(messages.every((text) => Buffer.byteLength(text) <= 50 * 3)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
