import { compileAnyLiteral } from './any-literal.ts';

/** Characters that are looked at together. Shorter literals have a table of their own. */
const GRAM = 4;
const SHORT_GRAM = 2;

/** A literal, where its gram begins in it, and what is found with it. */
interface Entry {
  readonly literal: string;
  readonly offset: number;
  readonly found: number;
}

/** Told the `found` of each literal that is in the text, more than once if it is there more than once. */
export type FoundSink = (found: number) => void;

/** Tells which of its literals are in a text. */
export type LiteralScan = (text: string, sink: FoundSink) => void;

// Low bytes only: what differs above them shares a place and is told apart by comparison.
function gramAt(text: string, at: number, length: number): number {
  let gram = 0;
  for (let index = 0; index < length; index += 1) gram |= (text.charCodeAt(at + index) & 0xff) << (8 * index);
  return gram;
}

/** Which grams are in how many of the literals: rare ones among them are rare in events, too. */
function frequenciesOf(literals: Iterable<string>, length: number): ReadonlyMap<number, number> {
  const frequencies = new Map<number, number>();
  for (const literal of literals) {
    for (let at = 0; at + length <= literal.length; at += 1) {
      const gram = gramAt(literal, at, length);
      frequencies.set(gram, (frequencies.get(gram) ?? 0) + 1);
    }
  }
  return frequencies;
}

function rarestGram(literal: string, length: number, frequencies: ReadonlyMap<number, number>): number {
  let [offset, least] = [0, Infinity];
  for (let at = 0; at + length <= literal.length; at += 1) {
    const frequency = frequencies.get(gramAt(literal, at, length)) ?? 0;
    if (frequency < least) [offset, least] = [at, frequency];
  }
  return offset;
}

const HASH = 0x9e_37_79_b1;

/** One of 64 places is used at most, so that nearly every gram of a text is dismissed by one look at one byte. */
const placesFor = (literals: number): number => 2 ** Math.min(18, Math.max(11, Math.ceil(Math.log2(literals * 64))));

/** Literals of at least `length` characters, each found by the rarest of its grams. */
function compileTable(literals: ReadonlyMap<string, number>, length: number): LiteralScan {
  const places = placesFor(literals.size);
  const shift = 32 - Math.log2(places);
  const isUsed = new Uint8Array(places);
  const entries = new Map<number, Entry[]>();
  const frequencies = frequenciesOf(literals.keys(), length);
  for (const [literal, found] of literals) {
    const offset = rarestGram(literal, length, frequencies);
    const place = Math.imul(gramAt(literal, offset, length), HASH) >>> shift;
    isUsed[place] = 1;
    const there = entries.get(place);
    if (there) there.push({ literal, offset, found });
    else entries.set(place, [{ literal, offset, found }]);
  }
  const verify = (text: string, at: number, place: number, sink: FoundSink): void => {
    for (const { literal, offset, found } of entries.get(place) ?? []) {
      if (at >= offset && text.startsWith(literal, at - offset)) sink(found);
    }
  };
  const last = length - 1;
  const top = 8 * last;
  return (text, sink) => {
    let gram = 0;
    for (let at = 0; at < text.length; at += 1) {
      gram = (gram >>> 8) | ((text.charCodeAt(at) & 0xff) << top);
      const place = Math.imul(gram, HASH) >>> shift;
      if (isUsed[place] === 1 && at >= last) verify(text, at - last, place, sink);
    }
  };
}

/** Up to so many literals are looked for one by one, by V8's search for a text. */
const VERY_FEW = 4;
/** Up to so many, one test tells faster than the table that a text has none of them. */
const FEW = 64;

const scanOneByOne = (literals: ReadonlyMap<string, number>): LiteralScan => {
  const all = [...literals];
  return (text, sink) => {
    for (const [literal, found] of all) if (text.includes(literal)) sink(found);
  };
};

function scanByGrams(literals: ReadonlyMap<string, number>): LiteralScan {
  const [long, short] = [true, false].map(
    (isLong) => new Map([...literals].filter(([literal]) => literal.length >= GRAM === isLong)),
  );
  const scanLong = long?.size ? compileTable(long, GRAM) : undefined;
  const scanShort = short?.size ? compileTable(short, SHORT_GRAM) : undefined;
  return (text, sink) => {
    scanLong?.(text, sink);
    scanShort?.(text, sink);
  };
}

/**
 * Compiles literals of two or more characters, each with the number that is told of it: each is looked up by its rarest four
 * characters (two, if it has less than four) and then compared.
 */
export function createLiteralScan(literals: ReadonlyMap<string, number>): LiteralScan {
  if (literals.size <= VERY_FEW) return scanOneByOne(literals);
  const scan = scanByGrams(literals);
  if (literals.size > FEW) return scan;
  const hasAny = compileAnyLiteral([...literals.keys()]);
  return (text, sink) => {
    if (hasAny(text)) scan(text, sink);
  };
}
