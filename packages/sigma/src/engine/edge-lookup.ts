import { GramPlaces, type FoundSink } from './gram-table.ts';
import type { LiteralScan } from './literal-scanner.ts';

/** How many characters at the edge are looked up; a literal has the most that it is long enough for. */
const WIDTHS = [8, 4, 2];
const WIDEST = 8;

interface Entry {
  readonly literal: string;
  readonly found: number;
}

type Edge = 'start' | 'end';

const FACTOR = 0x01_00_01_93;

/** Mixes a character into what stands for those nearer to the edge. */
const mixed = (hash: number, code: number): number => Math.imul(hash ^ code, FACTOR);

function hashOf(text: string, edge: Edge, width: number): number {
  let hash = 0;
  for (let index = 0; index < width; index += 1) {
    hash = mixed(hash, text.charCodeAt(edge === 'start' ? index : text.length - 1 - index));
  }
  return hash;
}

/** Literals that are looked up by as many characters at the edge. */
class Lookup {
  readonly #places: GramPlaces;
  readonly #entries = new Map<number, Entry[]>();
  readonly #isAt: 'startsWith' | 'endsWith';

  constructor(literals: readonly (readonly [string, number])[], edge: Edge, width: number) {
    this.#places = new GramPlaces(literals.length);
    this.#isAt = edge === 'start' ? 'startsWith' : 'endsWith';
    for (const [literal, found] of literals) {
      const hash = hashOf(literal, edge, width);
      this.#places.isUsed[this.#places.of(hash)] = 1;
      const there = this.#entries.get(hash);
      if (there) there.push({ literal, found });
      else this.#entries.set(hash, [{ literal, found }]);
    }
  }

  tell(text: string, hash: number, sink: FoundSink): void {
    if (this.#places.isUsed[this.#places.of(hash)] !== 1) return;
    for (const { literal, found } of this.#entries.get(hash) ?? []) if (text[this.#isAt](literal)) sink(found);
  }
}

/** Tells which literals of two or more characters a text starts or ends with, by at most three look-ups. */
export function createEdgeLookup(literals: ReadonlyMap<string, number>, edge: Edge): LiteralScan {
  const widthOf = (literal: string): number => WIDTHS.find((width) => literal.length >= width) ?? 0;
  const byWidth = Map.groupBy(literals, ([literal]) => widthOf(literal));
  const lookups: (Lookup | undefined)[] = Array.from({ length: WIDEST + 1 }, () => undefined);
  for (const [width, ofWidth] of byWidth) lookups[width] = new Lookup(ofWidth, edge, width);
  const widest = Math.max(...byWidth.keys());
  return (text, sink) => {
    const most = Math.min(widest, text.length);
    const [first, step] = edge === 'start' ? [0, 1] : [text.length - 1, -1];
    let hash = 0;
    for (let width = 1, at = first; width <= most; width += 1, at += step) {
      hash = mixed(hash, text.charCodeAt(at));
      lookups[width]?.tell(text, hash, sink);
    }
  };
}
