import { isIPv4 } from 'node:net';
import type { TimePart, ValueTest } from '../expression.ts';
import { cidrProblem } from './cidr.ts';
import type { TextPosition, ValueType } from './modifiers.ts';
import { regexProblem } from './regex-syntax.ts';
import type { TreeScalar } from './tree.ts';

type Made = ValueTest | { readonly problem: string };

/** Week 53 is not in the specification's table; calendars have it. */
const timeRanges: Readonly<Record<TimePart, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [0, 9999],
};

function compareTest({ value, source }: TreeScalar, type: Extract<ValueType, { kind: 'compare' | 'timePart' }>): Made {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return { problem: `a comparison wants a number without quotes, not ${source || 'null'}` };
  }
  if (type.kind === 'compare') return { ...type, value };
  const [least, most] = timeRanges[type.part];
  if (Number.isInteger(value) && value >= least && value <= most) return { ...type, value };
  return { problem: `${type.part} is a whole number from ${least} to ${most}, not ${source}` };
}

function regexTest(source: string, flags: Extract<ValueType, { kind: 'regex' }>['flags']): Made {
  const problem = regexProblem(source, flags);
  if (problem !== undefined) return { problem: `not a regular expression, ${problem}: ${source}` };
  return { kind: 'regex', source, flags };
}

function cidrTest(text: string): Made {
  const problem = cidrProblem(text);
  if (problem !== undefined) return { problem };
  return { kind: 'cidr', cidr: text.includes('/') ? text : `${text}/${isIPv4(text) ? 32 : 128}` };
}

/** One value behind a modifier that says what kind of value it is. */
export function readTypedTest(
  scalar: TreeScalar,
  type: Exclude<ValueType, { kind: 'value' }>,
  { position, isCased }: { readonly position: TextPosition; readonly isCased: boolean },
): Made {
  const { value, source } = scalar;
  const found = source || 'null';
  switch (type.kind) {
    case 'exists':
      if (typeof value === 'boolean') return { kind: 'exists', expected: value };
      return { problem: `exists wants true or false, not ${found}` };
    case 'compare':
    case 'timePart':
      return compareTest(scalar, type);
    case 'regex':
      return typeof value === 'string' ? regexTest(value, type.flags) : { problem: `re wants text, not ${found}` };
    case 'cidr':
      return typeof value === 'string' ? cidrTest(value) : { problem: `cidr wants a network, not ${found}` };
    case 'fieldref':
      if (typeof value !== 'string' || value.trim() === '') return { problem: `fieldref wants a field, not ${found}` };
      return { kind: 'fieldref', field: value, at: position, isCased };
  }
}
