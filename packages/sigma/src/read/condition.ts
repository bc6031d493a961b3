import { type Token, tokensOf } from './condition-tokens.ts';
import { readingLimits } from './limits.ts';

/** A condition over names, before anybody has looked whether they exist. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'name'; readonly name: string }
  /** `1 of pattern`, `all of them`. */
  | { readonly kind: 'of'; readonly quantifier: 'one' | 'all'; readonly pattern: string };

type Parsed = { readonly condition: Condition; readonly next: number } | { readonly reason: string };

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toLowerCase() === word;

const reserved = new Set(['and', 'or', 'not', 'of']);

function parseChain(tokens: readonly Token[], at: number, depth: number, kind: 'and' | 'or'): Parsed {
  const operands: Condition[] = [];
  let next = at;
  while (true) {
    const parsed = kind === 'or' ? parseChain(tokens, next, depth, 'and') : parseNot(tokens, next, depth);
    if ('reason' in parsed) return parsed;
    operands.push(parsed.condition);
    next = parsed.next;
    if (!isWord(tokens[next], kind)) break;
    next += 1;
  }
  const [first, ...rest] = operands;
  return { condition: first && rest.length === 0 ? first : { kind, operands }, next };
}

function parseNot(tokens: readonly Token[], at: number, depth: number): Parsed {
  if (!isWord(tokens[at], 'not')) return parseAtom(tokens, at, depth);
  if (depth > readingLimits.conditionDepth) return { reason: 'the condition is nested too deeply' };
  const parsed = parseNot(tokens, at + 1, depth + 1);
  return 'reason' in parsed ? parsed : { condition: { kind: 'not', operand: parsed.condition }, next: parsed.next };
}

function parseQuantifier(count: string, pattern: Token | undefined, next: number): Parsed {
  const quantifier = count === 'all' ? 'all' : 'one';
  if (!['1', 'any', 'all'].includes(count)) return { reason: `there is 1 of and all of, but not ${count} of` };
  if (pattern?.kind !== 'word') return { reason: `${count} of wants a search, a pattern or them` };
  return { condition: { kind: 'of', quantifier, pattern: pattern.text }, next };
}

function parseAtom(tokens: readonly Token[], at: number, depth: number): Parsed {
  const token = tokens[at];
  if (depth > readingLimits.conditionDepth) return { reason: 'the condition is nested too deeply' };
  if (token?.kind === 'open') {
    const parsed = parseChain(tokens, at + 1, depth + 1, 'or');
    if ('reason' in parsed) return parsed;
    if (tokens[parsed.next]?.kind === 'close') return { ...parsed, next: parsed.next + 1 };
    return { reason: `the condition has a ( that is not closed before ${tokens[parsed.next]?.text ?? ''}` };
  }
  if (token?.kind !== 'word') return { reason: `the condition lacks a search before ${token?.text ?? 'the end'}` };
  if (isWord(tokens[at + 1], 'of')) return parseQuantifier(token.text.toLowerCase(), tokens[at + 2], at + 3);
  if (reserved.has(token.text.toLowerCase())) return { reason: `the condition lacks a search before ${token.text}` };
  if (token.text.includes('*')) return { reason: `the condition has ${token.text} without 1 of or all of` };
  return { condition: { kind: 'name', name: token.text }, next: at + 1 };
}

/** Reads the whole of a condition without an aggregation; `or` binds least, then `and`, `not`, `x of`. */
export function parseCondition(text: string): { readonly condition: Condition } | { readonly reason: string } {
  if (text.length > readingLimits.conditionChars) return { reason: 'the condition is too long' };
  if (text.includes('|')) {
    return { reason: 'the condition has an aggregation where none can be, in a list or a filter' };
  }
  const tokens = tokensOf(text);
  if ('stray' in tokens) return { reason: `the condition has ${tokens.stray}, which is no name of a search` };
  const parsed = parseChain(tokens, 0, 0, 'or');
  if ('reason' in parsed) return parsed;
  const rest = tokens[parsed.next];
  if (rest?.kind === 'end') return parsed;
  return { reason: `the condition goes on with ${rest?.text ?? ''} where and, or or its end is due` };
}
