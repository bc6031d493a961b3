import { tokenize, type Token } from './expression-tokens.ts';
import type { Comparator, Expression, Operand } from './expression.ts';

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly message: string };

/** Longer conditions are refused; it also bounds how many NOTs can follow each other. */
const MAX_LENGTH_CHARACTERS = 2_000;
const MAX_NESTED_BRACKETS = 50;

const COMPARATORS: Readonly<Record<string, Comparator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
};

/**
 * Parses a condition: comparisons (`=` `==` `!=` `<>` `<` `>` `<=` `>=`, `IN (…)`, `NOT IN (…)`) of variables
 * (`__name__:value`, `$$name$$:value`), text in quotes, numbers, `true` and `false`, joined by `AND`, `OR`, `NOT` and
 * brackets. The shape of STIX patterning, without its object paths. Words in any case.
 */
export function parseExpression(text: string): Parsed {
  if (text.length > MAX_LENGTH_CHARACTERS) return { ok: false, message: 'longer than 2,000 characters' };
  const cut = tokenize(text);
  if (!cut.ok) return cut;
  return createParser(cut.tokens).parse();
}

const shown = ({ kind, text, at }: Token): string =>
  kind === 'end' ? 'the end' : `${JSON.stringify(text)} at character ${at + 1}`;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

const END: Token = { kind: 'end', text: '', at: 0 };

/** Recursive descent. The first thing not understood is kept and everything after it skipped, so that all loops end. */
function createParser(tokens: readonly Token[]): { parse: () => Parsed } {
  let position = 0;
  let nestedBrackets = 0;
  let failure: string | undefined;
  const peek = (): Token => tokens[position] ?? END;
  const take = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text.toUpperCase() === word;
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const refuse = (expected: string): void => {
    failure ??= `expected ${expected}, found ${shown(peek())}`;
    position = tokens.length;
  };
  const skipWord = (word: string): boolean => {
    if (!isWord(word)) return false;
    take();
    return true;
  };
  const expectSymbol = (symbol: string): void => {
    if (isSymbol(symbol)) take();
    else refuse(symbol);
  };

  const either = (): Expression => {
    let left = both();
    while (skipWord('OR')) left = { kind: 'or', left, right: both() };
    return left;
  };
  const both = (): Expression => {
    let left = negated();
    while (skipWord('AND')) left = { kind: 'and', left, right: negated() };
    return left;
  };
  const negated = (): Expression => (skipWord('NOT') ? { kind: 'not', of: negated() } : primary());
  const primary = (): Expression => {
    const close = peek().kind === 'symbol' ? CLOSING[peek().text] : undefined;
    if (close === undefined) return comparison(operand());
    if (nestedBrackets === MAX_NESTED_BRACKETS) refuse(`at most ${MAX_NESTED_BRACKETS} nested brackets`);
    nestedBrackets += 1;
    take();
    const inner = either();
    expectSymbol(close);
    nestedBrackets -= 1;
    return inner;
  };
  const comparison = (left: Operand): Expression => {
    if (skipWord('NOT')) {
      if (!skipWord('IN')) refuse('IN');
      return { kind: 'not', of: { kind: 'in', of: left, list: list() } };
    }
    if (skipWord('IN')) return { kind: 'in', of: left, list: list() };
    const comparator = peek().kind === 'symbol' ? COMPARATORS[peek().text] : undefined;
    if (comparator === undefined) return { kind: 'truth', of: left };
    take();
    return { kind: 'compare', comparator, left, right: operand() };
  };
  const list = (): readonly Operand[] => {
    if (peek().kind === 'variable') return [operand()];
    expectSymbol('(');
    const operands = [operand()];
    while (isSymbol(',')) {
      take();
      operands.push(operand());
    }
    expectSymbol(')');
    return operands;
  };
  const operand = (): Operand => {
    const { kind, text } = peek();
    const isOperand = kind === 'word' ? /^(true|false)$/i.test(text) : kind !== 'symbol' && kind !== 'end';
    if (isOperand) take();
    else refuse('a variable, text, a number, true or false');
    if (kind === 'variable') return { kind, name: text };
    return { kind: 'literal', value: kind === 'word' ? text.toLowerCase() : text };
  };

  return {
    parse: () => {
      const expression = either();
      if (peek().kind !== 'end') refuse('AND, OR or the end');
      return failure === undefined ? { ok: true, expression } : { ok: false, message: failure };
    },
  };
}
