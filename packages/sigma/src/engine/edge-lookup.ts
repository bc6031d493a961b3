import type { FoundSink, LiteralScan } from './literal-scanner.ts';

/** How many characters at the edge are looked up; a literal has the most that it is long enough for. */
const WIDTHS = [8, 4, 2];

interface Entry {
  readonly literal: string;
  readonly found: number;
}

const keyOf = (text: string, edge: 'start' | 'end', width: number): string =>
  edge === 'start' ? text.slice(0, width) : text.slice(text.length - width);

function compileWidth(literals: ReadonlyMap<string, number>, edge: 'start' | 'end', width: number): LiteralScan {
  const entries = new Map<string, Entry[]>();
  for (const [literal, found] of literals) {
    const key = keyOf(literal, edge, width);
    const there = entries.get(key);
    if (there) there.push({ literal, found });
    else entries.set(key, [{ literal, found }]);
  }
  const isAt = edge === 'start' ? 'startsWith' : 'endsWith';
  return (text: string, sink: FoundSink) => {
    if (text.length < width) return;
    const there = entries.get(keyOf(text, edge, width));
    if (!there) return;
    for (const { literal, found } of there) if (text[isAt](literal)) sink(found);
  };
}

/** Tells which literals of two or more characters a text starts or ends with, by at most three look-ups. */
export function createEdgeLookup(literals: ReadonlyMap<string, number>, edge: 'start' | 'end'): LiteralScan {
  const widthOf = (literal: string): number => WIDTHS.find((width) => literal.length >= width) ?? 0;
  const byWidth = Map.groupBy(literals, ([literal]) => widthOf(literal));
  const lookups = [...byWidth].map(([width, ofWidth]) => compileWidth(new Map(ofWidth), edge, width));
  return (text, sink) => {
    for (const lookup of lookups) lookup(text, sink);
  };
}
