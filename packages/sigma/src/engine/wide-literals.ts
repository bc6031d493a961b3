import type { FoundSink } from './gram-table.ts';

interface Entry {
  readonly literal: string;
  readonly offset: number;
  readonly found: number;
}

const WIDE = /[\u0100-\uFFFF]/;

/** Whether a text has a character beyond Latin-1, which few events have: V8 tells it of most texts without looking at them. */
export const isWide = (text: string): boolean => WIDE.test(text);

/** How many literals have each character. */
function frequenciesOf(literals: Iterable<string>): ReadonlyMap<number, number> {
  const frequencies = new Map<number, number>();
  for (const literal of literals) {
    for (let at = 0; at < literal.length; at += 1) {
      const code = literal.charCodeAt(at);
      frequencies.set(code, (frequencies.get(code) ?? 0) + 1);
    }
  }
  return frequencies;
}

function rarestWide(literal: string, frequencies: ReadonlyMap<number, number>): number {
  let [offset, least] = [0, Infinity];
  for (let at = 0; at < literal.length; at += 1) {
    const code = literal.charCodeAt(at);
    const frequency = frequencies.get(code) ?? 0;
    if (code > 0xff && frequency < least) [offset, least] = [at, frequency];
  }
  return offset;
}

/** Literals of one or more characters, each found by the rarest of those beyond Latin-1, which it has. */
export function compileWideLiterals(literals: ReadonlyMap<string, number>): (text: string, sink: FoundSink) => void {
  const frequencies = frequenciesOf(literals.keys());
  const entries = new Map<number, Entry[]>();
  for (const [literal, found] of literals) {
    const offset = rarestWide(literal, frequencies);
    const code = literal.charCodeAt(offset);
    const there = entries.get(code);
    if (there) there.push({ literal, offset, found });
    else entries.set(code, [{ literal, offset, found }]);
  }
  return (text, sink) => {
    if (!isWide(text)) return;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const there = code > 0xff ? entries.get(code) : undefined;
      if (!there) continue;
      for (const { literal, offset, found } of there) {
        if (at >= offset && text.startsWith(literal, at - offset)) sink(found);
      }
    }
  };
}
