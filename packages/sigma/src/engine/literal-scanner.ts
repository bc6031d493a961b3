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

// Low bytes only: what differs above them shares a place and is told apart by comparison.
const gramAt = (text: string, at: number, length: number): number => {
  let gram = 0;
  for (let index = 0; index < length; index += 1) gram |= (text.charCodeAt(at + index) & 0xff) << (8 * index);
  return gram;
};

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

/** Literals of at least `length`, each found by the rarest of its grams in a table of a few times their number. */
class GramTable {
  readonly #length: number;
  readonly #shift: number;
  /** By hash of gram; a byte first, for nearly all grams of a text have no entry. */
  readonly #isUsed: Uint8Array;
  readonly #entries: (Entry[] | undefined)[];

  constructor(literals: ReadonlyMap<string, number>, length: number) {
    this.#length = length;
    const bits = Math.min(16, Math.max(6, Math.ceil(Math.log2(literals.size * 8))));
    this.#shift = 32 - bits;
    this.#isUsed = new Uint8Array(2 ** bits);
    this.#entries = Array.from({ length: 2 ** bits });
    const frequencies = frequenciesOf(literals.keys(), length);
    for (const [literal, found] of literals) this.#add(literal, found, frequencies);
  }

  #add(literal: string, found: number, frequencies: ReadonlyMap<number, number>): void {
    let [offset, least] = [0, Infinity];
    for (let at = 0; at + this.#length <= literal.length; at += 1) {
      const frequency = frequencies.get(gramAt(literal, at, this.#length)) ?? 0;
      if (frequency < least) [offset, least] = [at, frequency];
    }
    const place = this.#placeOf(gramAt(literal, offset, this.#length));
    this.#isUsed[place] = 1;
    (this.#entries[place] ??= []).push({ literal, offset, found });
  }

  #placeOf(gram: number): number {
    return Math.imul(gram, 0x9e_37_79_b1) >>> this.#shift;
  }

  scan(text: string, sink: FoundSink): void {
    const [length, isUsed, shift, { length: end }] = [this.#length, this.#isUsed, this.#shift, text];
    const top = 8 * (length - 1);
    let gram = 0;
    for (let at = 0; at < end; at += 1) {
      gram = (gram >>> 8) | ((text.charCodeAt(at) & 0xff) << top);
      const place = Math.imul(gram, 0x9e_37_79_b1) >>> shift;
      if (isUsed[place] === 1 && at >= length - 1) this.#verify(text, at - length + 1, place, sink);
    }
  }

  #verify(text: string, at: number, place: number, sink: FoundSink): void {
    for (const { literal, offset, found } of this.#entries[place] ?? []) {
      if (at >= offset && text.startsWith(literal, at - offset)) sink(found);
    }
  }
}

/** Finds which of many literals are in a text, in one pass over it for long and one for short ones. */
export interface LiteralScanner {
  readonly scan: (text: string, sink: FoundSink) => void;
}

/**
 * Compiles literals of two or more characters, each with the number that is told of it. Each is looked up by its rarest four
 * characters (two, if it has less than four) and then compared; measured against Aho-Corasick in the README.
 */
export function createLiteralScanner(literals: ReadonlyMap<string, number>): LiteralScanner {
  const long = new Map([...literals].filter(([literal]) => literal.length >= GRAM));
  const short = new Map([...literals].filter(([literal]) => literal.length < GRAM));
  const tables = [
    ...(long.size > 0 ? [new GramTable(long, GRAM)] : []),
    ...(short.size > 0 ? [new GramTable(short, SHORT_GRAM)] : []),
  ];
  return {
    scan: (text, sink) => {
      for (const table of tables) table.scan(text, sink);
    },
  };
}
