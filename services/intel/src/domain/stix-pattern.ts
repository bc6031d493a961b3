import { type PatternToken, tokenizePattern } from './stix-pattern-tokens.ts';

/** `object-type:path operator value`, e.g. `ipv4-addr:value = '198.51.100.1'`. `path` is written without quotes. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly path: string;
  readonly operator: string;
  readonly negated: boolean;
  /** Several for IN. */
  readonly values: readonly string[];
}

export interface Combination {
  readonly kind: 'AND' | 'OR' | 'FOLLOWEDBY';
  /** Whether it joins whole observations or comparisons of one observation. */
  readonly of: 'observations' | 'comparisons';
  readonly operands: readonly PatternNode[];
}

/** An observation bound in time or number: `REPEATS`, `WITHIN`, `START … STOP`. */
export interface Qualified {
  readonly kind: 'qualified';
  readonly qualifier: string;
  readonly operand: PatternNode;
}

export type PatternNode = Comparison | Combination | Qualified;

export type ParsedPattern =
  | { readonly ok: true; readonly pattern: PatternNode }
  | { readonly ok: false; readonly reason: string };

/** A pattern of a real indicator is a few hundred characters; a report's list of addresses some thousands. */
const MAX_PATTERN_LENGTH = 65_536;
const MAX_DEPTH = 32;

const COMPARISON_WORDS = new Set(['IN', 'LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET']);
const QUALIFIER_WORDS = new Set(['REPEATS', 'WITHIN', 'START']);

/**
 * A walk over the tokens that remembers the first breach of the grammar. From then on it is at the end: nothing more is
 * taken, so every rule of the descent returns at once and the half-built pattern is thrown away.
 */
interface Cursor {
  readonly peek: () => PatternToken | undefined;
  readonly next: () => PatternToken;
  /** Takes the next token when its text is `text` (a string token never is). */
  readonly take: (text: string) => boolean;
  readonly expect: (text: string) => void;
  readonly fail: (reason: string) => void;
  readonly failure: () => string | undefined;
}

const NOTHING: PatternToken = { kind: 'punctuation', text: '' };

function createCursor(tokens: readonly PatternToken[]): Cursor {
  let at = 0;
  let failure: string | undefined;
  const peek = (): PatternToken | undefined => (failure === undefined ? tokens[at] : undefined);
  const fail = (reason: string): void => {
    failure ??= reason;
  };
  const take = (text: string): boolean => {
    const found = peek()?.text === text && peek()?.kind !== 'string';
    if (found) at += 1;
    return found;
  };
  return {
    peek,
    fail,
    failure: () => failure,
    take,
    next: () => {
      const token = peek();
      if (!token) fail('the pattern ends too early');
      at += 1;
      return token ?? NOTHING;
    },
    expect: (text) => {
      if (!take(text)) fail(`expected ${text} before ${peek()?.text ?? 'the end'}`);
    },
  };
}

function parsePath(cursor: Cursor): string {
  let path = cursor.next().text;
  cursor.expect(':');
  path += `:${cursor.next().text}`;
  for (;;) {
    if (cursor.take('.')) path += `.${cursor.next().text}`;
    else if (cursor.take('[')) {
      path += `[${cursor.next().text}]`;
      cursor.expect(']');
    } else return path;
  }
}

function parseValues(cursor: Cursor): readonly string[] {
  if (!cursor.take('(')) return [cursor.next().text];
  const values = [cursor.next().text];
  while (cursor.take(',')) values.push(cursor.next().text);
  cursor.expect(')');
  return values;
}

function parseComparison(cursor: Cursor): Comparison {
  const path = parsePath(cursor);
  const negated = cursor.take('NOT');
  const { kind, text: operator } = cursor.next();
  if (kind !== 'operator' && !COMPARISON_WORDS.has(operator)) cursor.fail(`no operator: ${operator}`);
  return { kind: 'comparison', path, operator, negated, values: parseValues(cursor) };
}

/** One level of a left-associative chain: operands joined by the same word become one node. */
function parseChain(
  cursor: Cursor,
  word: Combination['kind'],
  of: Combination['of'],
  operand: () => PatternNode,
): PatternNode {
  const first = operand();
  const operands = [first];
  while (cursor.take(word)) operands.push(operand());
  return operands.length === 1 ? first : { kind: word, of, operands };
}

function parseComparisons(cursor: Cursor, depth: number): PatternNode {
  if (depth > MAX_DEPTH) cursor.fail('the pattern is nested too deeply');
  const term = (): PatternNode => {
    if (!cursor.take('(')) return parseComparison(cursor);
    const inner = parseComparisons(cursor, depth + 1);
    cursor.expect(')');
    return inner;
  };
  const conjunction = (): PatternNode => parseChain(cursor, 'AND', 'comparisons', term);
  return parseChain(cursor, 'OR', 'comparisons', conjunction);
}

/** `REPEATS 5 TIMES`, `WITHIN 60 SECONDS`, `START t'…' STOP t'…'`: two or four tokens after the observation. */
function parseQualifier(cursor: Cursor, operand: PatternNode): PatternNode {
  const token = cursor.peek();
  if (token?.kind !== 'word' || !QUALIFIER_WORDS.has(token.text)) return operand;
  const { text: qualifier } = cursor.next();
  cursor.next();
  cursor.next();
  if (qualifier === 'START') cursor.next();
  return parseQualifier(cursor, { kind: 'qualified', qualifier, operand });
}

function parseObservations(cursor: Cursor, depth: number): PatternNode {
  if (depth > MAX_DEPTH) cursor.fail('the pattern is nested too deeply');
  const term = (): PatternNode => {
    const closing = cursor.take('(') ? ')' : ']';
    if (closing === ']') cursor.expect('[');
    const inner = closing === ')' ? parseObservations(cursor, depth + 1) : parseComparisons(cursor, depth + 1);
    cursor.expect(closing);
    return parseQualifier(cursor, inner);
  };
  const conjunction = (): PatternNode => parseChain(cursor, 'AND', 'observations', term);
  const alternative = (): PatternNode => parseChain(cursor, 'OR', 'observations', conjunction);
  return parseChain(cursor, 'FOLLOWEDBY', 'observations', alternative);
}

/** Parses a STIX 2.1 pattern (§9). What the grammar does not know gives the reason; nothing is guessed. */
export function parseStixPattern(text: string): ParsedPattern {
  if (text.length > MAX_PATTERN_LENGTH) return { ok: false, reason: `longer than ${MAX_PATTERN_LENGTH} characters` };
  const tokens = tokenizePattern(text);
  if (!tokens) return { ok: false, reason: 'holds a character that fits no token' };
  const cursor = createCursor(tokens);
  const pattern = parseObservations(cursor, 0);
  const rest = cursor.peek();
  const reason = cursor.failure() ?? (rest && `unexpected ${rest.text} after the pattern`);
  return reason === undefined ? { ok: true, pattern } : { ok: false, reason };
}
