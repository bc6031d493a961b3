import { Severity, severityRank } from '@soc/contracts';
import type { Comparator, Expression, Operand } from './expression.ts';
import type { Scope } from './variables.ts';

export type Evaluated =
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly message: string };

const yes = (value: boolean): Evaluated => ({ ok: true, value });

/**
 * The value of a condition. Numbers compare as numbers and severities by rank; anything else compares only for
 * equality, and asking for its order is a refusal. A variable without a value equals nothing.
 */
export function evaluate(expression: Expression, scope: Scope): Evaluated {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const left = evaluate(expression.left, scope);
      if (!left.ok || left.value === (expression.kind === 'or')) return left;
      return evaluate(expression.right, scope);
    }
    case 'not': {
      const inner = evaluate(expression.of, scope);
      return inner.ok ? yes(!inner.value) : inner;
    }
    case 'truth':
      return yes(valueOf(expression.of, scope)?.toLowerCase() === 'true');
    case 'in':
      return yes(isOneOf(valueOf(expression.of, scope), expression.list, scope));
    case 'compare':
      return compare(expression.comparator, valueOf(expression.left, scope), valueOf(expression.right, scope));
  }
}

/** Names of the variables a condition refers to. */
export function variablesOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return [...variablesOf(expression.left), ...variablesOf(expression.right)];
    case 'not':
      return variablesOf(expression.of);
    case 'truth':
      return namesOf([expression.of]);
    case 'in':
      return namesOf([expression.of, ...expression.list]);
    case 'compare':
      return namesOf([expression.left, expression.right]);
  }
}

const namesOf = (operands: readonly Operand[]): readonly string[] =>
  operands.flatMap((operand) => (operand.kind === 'variable' ? [operand.name] : []));

const valueOf = (operand: Operand, scope: Scope): string | undefined =>
  operand.kind === 'literal' ? operand.value : scope.get(operand.name);

function isOneOf(value: string | undefined, list: readonly Operand[], scope: Scope): boolean {
  if (value === undefined) return false;
  return list
    .flatMap((operand) => (operand.kind === 'literal' ? [operand.value] : (scope.get(operand.name)?.split(',') ?? [])))
    .some((candidate) => isEqual(value, candidate.trim()));
}

const asNumber = (text: string): number | undefined =>
  /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;

const asRank = (text: string): number | undefined => {
  const severity = Severity.safeParse(text.toLowerCase());
  return severity.success ? severityRank(severity.data) : undefined;
};

function isEqual(left: string, right: string): boolean {
  const [a, b] = [asNumber(left), asNumber(right)];
  return a !== undefined && b !== undefined ? a === b : left === right;
}

function compare(comparator: Comparator, left: string | undefined, right: string | undefined): Evaluated {
  if (left === undefined || right === undefined) return yes(comparator === '!=');
  if (comparator === '=') return yes(isEqual(left, right));
  if (comparator === '!=') return yes(!isEqual(left, right));
  for (const read of [asNumber, asRank]) {
    const [a, b] = [read(left), read(right)];
    if (a !== undefined && b !== undefined) return yes(isOrdered(comparator, a, b));
  }
  return { ok: false, message: `${JSON.stringify(left)} ${comparator} ${JSON.stringify(right)} compares no numbers` };
}

function isOrdered(comparator: '<' | '>' | '<=' | '>=', a: number, b: number): boolean {
  switch (comparator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
  }
}
