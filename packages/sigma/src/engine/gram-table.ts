import { writeLowBytes, writtenBytes } from './text-bytes.ts';

/** A literal, where its gram begins in it, and what is found with it. */
interface Entry {
  readonly literal: string;
  readonly offset: number;
  readonly found: number;
}

/** Told the `found` of each literal that is in the text, more than once if it is there more than once. */
export type FoundSink = (found: number) => void;

const HASH = 0x9e_37_79_b1;

/** Grams by a hash of them. One of 64 places is used at most, so that nearly every gram is dismissed by one look at one byte. */
export class GramPlaces {
  readonly isUsed: Uint8Array;
  readonly #shift: number;

  constructor(grams: number) {
    const bits = Math.min(18, Math.max(11, Math.ceil(Math.log2(grams * 64))));
    this.isUsed = new Uint8Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  of(gram: number): number {
    return Math.imul(gram, HASH) >>> this.#shift;
  }
}

// Low bytes only: what differs above them shares a place and is told apart by comparison.
export function gramAt(text: string, at: number, length: number): number {
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

/** Literals of at least `length` characters, two or four, each found by the rarest of its grams. */
export function compileGramTable(
  literals: ReadonlyMap<string, number>,
  length: 2 | 4,
): (text: string, sink: FoundSink) => void {
  const places = new GramPlaces(literals.size);
  const entries = new Map<number, Entry[]>();
  const frequencies = frequenciesOf(literals.keys(), length);
  for (const [literal, found] of literals) {
    const offset = rarestGram(literal, length, frequencies);
    const place = places.of(gramAt(literal, offset, length));
    places.isUsed[place] = 1;
    const there = entries.get(place);
    if (there) there.push({ literal, offset, found });
    else entries.set(place, [{ literal, offset, found }]);
  }
  const { isUsed } = places;
  const verify = (text: string, at: number, place: number, sink: FoundSink): void => {
    for (const { literal, offset, found } of entries.get(place) ?? []) {
      if (at >= offset && text.startsWith(literal, at - offset)) sink(found);
    }
  };
  const last = length - 1;
  const top = 8 * last;
  const scanInPlace = (text: string, sink: FoundSink): void => {
    let gram = 0;
    for (let at = 0; at < text.length; at += 1) {
      gram = (gram >>> 8) | ((text.charCodeAt(at) & 0xff) << top);
      const place = places.of(gram);
      if (isUsed[place] === 1 && at >= last) verify(text, at - last, place, sink);
    }
  };
  return (text, sink) => {
    const size = writeLowBytes(text);
    if (size < 0) return scanInPlace(text, sink);
    for (let at = 0; at + length <= size; at += 1) {
      const place = places.of(length === 4 ? writtenBytes.getInt32(at, true) : writtenBytes.getUint16(at, true));
      if (isUsed[place] === 1) verify(text, at, place, sink);
    }
  };
}
