import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEdgeLookup } from './edge-lookup.ts';
import { foldCase } from './fold.ts';
import type { FoundSink } from './gram-table.ts';
import { createKeywordScan } from './keyword-scan.ts';
import { canBeLookedUp, createLiteralScan } from './literal-scanner.ts';

// Few letters, so that literals are found; among them such as fold to ASCII, lie beyond Latin-1 or look like others in their low byte.
const letter = fc.constantFrom('a', 'B', 'b', '\\', '.', 'É', 'K', 'ſ', 'š', '\u{1F600}', '\u{1F61B}', 'Σ');
const word = fc.array(letter, { minLength: 1, maxLength: 14 }).map((letters) => letters.join(''));
const literals = fc.uniqueArray(
  word.map((one) => foldCase(one)),
  { minLength: 1, maxLength: 90, size: 'max' },
);
const filling = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A'), maxLength: 90 });

/** Some of the literals as an event may write them, with something between them. */
const cases = literals.chain((all) =>
  fc
    .array(fc.tuple(filling, fc.constantFrom(...all), fc.boolean()), { maxLength: 4 })
    .map((parts) => parts.map(([before, literal, isUpper]) => before + (isUpper ? literal.toUpperCase() : literal)))
    .chain((parts) => filling.map((end) => ({ all, text: parts.join('') + end }))),
);

const numbered = (all: readonly string[]): ReadonlyMap<string, number> =>
  new Map(all.map((one, index) => [one, index]));

function foundBy(scan: (sink: FoundSink) => void): readonly number[] {
  const found = new Set<number>();
  scan((literal) => found.add(literal));
  return [...found].toSorted((a, b) => a - b);
}

const expected = (all: readonly string[], holds: (literal: string) => boolean): readonly number[] =>
  all.flatMap((literal, index) => (holds(literal) ? [index] : []));

it('each way of looking for literals finds those that are there and no others', () => {
  let finds = 0;
  fc.assert(
    fc.property(cases, ({ all, text }) => {
      const folded = foldCase(text);
      const within = all.filter(canBeLookedUp);
      const inside = expected(within, (literal) => folded.includes(literal));
      finds += inside.length;
      const scan = createLiteralScan(numbered(within));
      expect(foundBy((sink) => scan(folded, sink))).toEqual(inside);
      const keywords = createKeywordScan(numbered(within));
      expect(foundBy((sink) => keywords(text, () => folded, sink))).toEqual(inside);
      const long = all.filter(({ length }) => length >= 2);
      for (const edge of ['start', 'end'] as const) {
        const lookup = createEdgeLookup(numbered(long), edge);
        const isAt = edge === 'start' ? 'startsWith' : 'endsWith';
        expect(foundBy((sink) => lookup(folded, sink))).toEqual(expected(long, (literal) => folded[isAt](literal)));
      }
    }),
    { numRuns: 300 },
  );
  // Literals that are never there would prove nothing.
  expect(finds).toBeGreaterThan(300);
});

it('what is longer than is looked at as bytes at once is looked through all the same', () => {
  const all = numbered(['needle', 'long needle', 'nowhere at all']);
  const text = `${'x'.repeat(200_000)}Long Needle${'x'.repeat(10)}`;
  const keywords = createKeywordScan(all);
  expect(foundBy((sink) => keywords(text, () => foldCase(text), sink))).toEqual([0, 1]);
});
