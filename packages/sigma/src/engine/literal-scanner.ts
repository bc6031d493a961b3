import { compileAnyLiteral } from './any-literal.ts';
import { compileGramTable, type FoundSink } from './gram-table.ts';
import { compileWideLiterals, isWide } from './wide-literals.ts';

/** Tells which of its literals are in a text. */
export type LiteralScan = (text: string, sink: FoundSink) => void;

/** Characters that are looked at together. Shorter literals have a table of their own. */
const GRAM = 4;
const SHORT_GRAM = 2;

/** Up to so many literals are looked for one by one, by V8's search for a text. */
const VERY_FEW = 4;
/** Up to so many, one test tells faster than the table that a text has none of them. */
const FEW = 64;

/** Whether a literal can be looked up: one of less characters is nearly everywhere, unless no other alphabet has it. */
export const canBeLookedUp = (literal: string): boolean => literal.length >= SHORT_GRAM || isWide(literal);

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
  const scanLong = long?.size ? compileGramTable(long, GRAM) : undefined;
  const scanShort = short?.size ? compileGramTable(short, SHORT_GRAM) : undefined;
  return (text, sink) => {
    scanLong?.(text, sink);
    scanShort?.(text, sink);
  };
}

function scanFor(literals: ReadonlyMap<string, number>): LiteralScan {
  if (literals.size <= VERY_FEW) return scanOneByOne(literals);
  const scan = scanByGrams(literals);
  if (literals.size > FEW) return scan;
  const hasAny = compileAnyLiteral([...literals.keys()]);
  return (text, sink) => {
    if (hasAny(text)) scan(text, sink);
  };
}

/**
 * Compiles literals that can be looked up, each with the number that is told of it: by its rarest four characters (two, if it has
 * less than four), or by the rarest beyond Latin-1, and then compared.
 */
export function createLiteralScan(literals: ReadonlyMap<string, number>): LiteralScan {
  const [wide, narrow] = [true, false].map(
    (isOfWide) => new Map([...literals].filter(([literal]) => isWide(literal) === isOfWide)),
  );
  const scanNarrow = narrow?.size ? scanFor(narrow) : undefined;
  if (!wide?.size) return scanNarrow ?? (() => undefined);
  const scanWide = compileWideLiterals(wide);
  return (text, sink) => {
    scanNarrow?.(text, sink);
    scanWide(text, sink);
  };
}
