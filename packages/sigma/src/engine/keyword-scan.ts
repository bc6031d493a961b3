import { foldCase } from './fold.ts';
import { type FoundSink, gramAt, GramPlaces } from './gram-table.ts';
import { createLiteralScan, type LiteralScan } from './literal-scanner.ts';
import { writeAscii, writtenBytes } from './text-bytes.ts';

/** A literal, where the gram that it is found by begins in it, what its last four bytes are, and what is found with it. */
interface Entry {
  readonly literal: string;
  readonly offset: number;
  readonly end: number;
  readonly found: number;
}

const GRAM = 4;
/** Shorter ones would have to be looked for at nearly every place. */
const SHORTEST = 7;
const LONGEST_STEP = 16;

/** Capital letters become small ones, and some other characters others: what then is the same is told apart by comparison. */
const SMALL = 0x20_20_20_20;

const isAscii = (text: string): boolean => !/[\u0080-\uFFFF]/.test(text);

/**
 * Looks for literals in texts that are not folded. A literal of n characters has four characters that begin at a multiple of
 * n - 3 wherever it lies, so that only those places of a text are looked at.
 */
function scanInSteps(literals: ReadonlyMap<string, number>): LiteralScan {
  const shortest = Math.min(...[...literals.keys()].map(({ length }) => length));
  const step = Math.min(LONGEST_STEP, shortest - GRAM + 1);
  const places = new GramPlaces(literals.size * step);
  const entries = new Map<number, Entry[]>();
  for (const [literal, found] of literals) {
    const end = gramAt(literal, literal.length - GRAM, GRAM) | SMALL;
    for (let offset = 0; offset < step; offset += 1) {
      const place = places.of(gramAt(literal, offset, GRAM) | SMALL);
      places.isUsed[place] = 1;
      entries.set(place, [...(entries.get(place) ?? []), { literal, offset, end, found }]);
    }
  }
  const { isUsed } = places;
  const verify = (text: string, at: number, place: number, sink: FoundSink): void => {
    for (const { literal, offset, end, found } of entries.get(place) ?? []) {
      const start = at - offset;
      const last = start + literal.length - GRAM;
      if (start < 0 || last + GRAM > text.length || (writtenBytes.getInt32(last, true) | SMALL) !== end) continue;
      if (foldCase(text.slice(start, start + literal.length)) === literal) sink(found);
    }
  };
  const scanFolded = createLiteralScan(literals);
  return (text, sink) => {
    const size = writeAscii(text);
    if (size < 0) return scanFolded(foldCase(text), sink);
    for (let at = 0; at + GRAM <= size; at += step) {
      const place = places.of(writtenBytes.getInt32(at, true) | SMALL);
      if (isUsed[place] === 1) verify(text, at, place, sink);
    }
  };
}

/** Tells which literals are in a text, given as it is and, should it be asked for, folded. */
export type KeywordScan = (text: string, folded: () => string, sink: FoundSink) => void;

/** For literals that can be looked up. The long ones are found without folding the text, which is all that an event holds. */
export function createKeywordScan(literals: ReadonlyMap<string, number>): KeywordScan {
  const isLong = (literal: string): boolean => literal.length >= SHORTEST && isAscii(literal);
  const [long, others] = [true, false].map(
    (areLong) => new Map([...literals].filter(([literal]) => isLong(literal) === areLong)),
  );
  const scanLong = long?.size ? scanInSteps(long) : undefined;
  const scanOthers = others?.size ? createLiteralScan(others) : undefined;
  return (text, folded, sink) => {
    scanLong?.(text, sink);
    scanOthers?.(folded(), sink);
  };
}
