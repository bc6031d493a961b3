import { canonicalField, type EventView, type FieldValue } from '../event-view.ts';
import type { Comparison, Expression, PatternPart, RegexTest, TextTest, ValueTest } from '../expression.ts';
import type { DetectionRule } from '../rule.ts';

// What a rule means, as plainly as it can be said: nothing is compiled, indexed or shared, nothing is imported from the engine.

const simpleFold = (character: string): string => {
  if (character === '\u0130') return 'i';
  if (character === '\u017F') return 's';
  if (character === '\u03C2') return '\u03C3';
  return character.toLowerCase();
};

const charactersOf = (text: string, isCased: boolean): readonly string[] =>
  Array.from(text, (character) => (isCased ? character : simpleFold(character)));

/** One step of a pattern a character; undefined is `*`. */
type Step = ((character: string) => boolean) | undefined;

const stepsOf = (pattern: readonly PatternPart[], isCased: boolean): readonly Step[] =>
  pattern.flatMap((part): readonly Step[] => {
    if (part.kind === 'any') return [undefined];
    if (part.kind === 'one') return [() => true];
    return charactersOf(part.text, isCased).map((wanted) => (character) => character === wanted);
  });

function fits(steps: readonly Step[], characters: readonly string[]): boolean {
  const [step, ...others] = steps;
  if (steps.length === 0) return characters.length === 0;
  if (step === undefined) return characters.some((_, at) => fits(others, characters.slice(at))) || fits(others, []);
  return characters[0] !== undefined && step(characters[0]) && fits(others, characters.slice(1));
}

const passesText = ({ pattern, isCased }: TextTest, text: string): boolean =>
  fits(stepsOf(pattern, isCased), charactersOf(text, isCased));

const passesRegex = ({ source, flags }: RegexTest, text: string): boolean =>
  new RegExp(source, `u${flags.ignoreCase ? 'i' : ''}${flags.multiline ? 'm' : ''}${flags.dotAll ? 's' : ''}`).test(
    text,
  );

function compare(operator: Comparison | 'eq', left: number, right: number): boolean {
  if (operator === 'eq') return left === right;
  if (operator === 'lt' || operator === 'lte') return left < right || (operator === 'lte' && left === right);
  return left > right || (operator === 'gte' && left === right);
}

const bitsOf = (address: string): string =>
  address
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');

/** IPv4 alone; IPv6 has tests of its own. */
function isInside(cidr: string, text: string): boolean {
  const [base = '', length = '32'] = cidr.split('/');
  const bytes = text.split('.');
  if (bytes.length !== 4 || !bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256)) return false;
  return bitsOf(text).startsWith(bitsOf(base).slice(0, Number(length)));
}

function passesReference(test: ValueTest & { readonly kind: 'fieldref' }, text: string, other: FieldValue): boolean {
  if (other === null) return false;
  const [whole, part] = [text, String(other)].map((one) => charactersOf(one, test.isCased).join(''));
  if (whole === undefined || part === undefined) return false;
  if (test.at === 'whole') return whole === part;
  if (test.at === 'start') return whole.startsWith(part);
  return test.at === 'end' ? whole.endsWith(part) : whole.includes(part);
}

const valuesOf = (event: EventView, field: string): readonly FieldValue[] | undefined => {
  const value = event.fields.get(canonicalField(field));
  // Array.isArray does not narrow readonly arrays.
  return value === undefined
    ? undefined
    : Array.isArray(value)
      ? (value as readonly FieldValue[])
      : [value as FieldValue];
};

function passesValue(test: ValueTest, value: FieldValue, event: EventView): boolean {
  if (value === null) return false;
  const text = String(value);
  switch (test.kind) {
    case 'text':
      return passesText(test, text);
    case 'number':
    case 'boolean':
      return String(test.value) === text.toLowerCase();
    case 'regex':
      return passesRegex(test, text);
    case 'cidr':
      return isInside(test.cidr, text);
    case 'compare':
      return text.trim() !== '' && !Number.isNaN(Number(text)) && compare(test.operator, Number(text), test.value);
    case 'fieldref':
      return (valuesOf(event, test.field) ?? []).some((other) => passesReference(test, text, other));
    case 'timePart':
      return typeof value === 'string' && /^\d{4}-/.test(value) && compare(test.operator, hourOf(value), test.value);
    case 'null':
    case 'exists':
      throw new Error(`a test of the field, not of a value: ${test.kind}`);
  }
}

const hourOf = (time: string): number => new Date(time).getUTCHours();

function passesField(field: string, test: ValueTest, event: EventView): boolean {
  const values = valuesOf(event, field);
  if (test.kind === 'exists') return (values !== undefined) === test.expected;
  if (test.kind === 'null') return !values || values.includes(null);
  return (values ?? []).some((value) => passesValue(test, value, event));
}

/** What the specification says of an expression and an event. */
export function holdsPlainly(expression: Expression, event: EventView): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.operands.every((operand) => holdsPlainly(operand, event));
    case 'or':
      return expression.operands.some((operand) => holdsPlainly(operand, event));
    case 'not':
      return !holdsPlainly(expression.operand, event);
    case 'search':
      return holdsPlainly(expression.expression, event);
    case 'field':
      return passesField(expression.field, expression.test, event);
    case 'keyword':
      return [...event.fields.keys()].some((field) => passesField(field, expression.test, event));
  }
}

/** Whether a rule matches an event. */
export function matchesPlainly({ logSource, condition }: DetectionRule, event: EventView): boolean {
  const { product, service, category } = logSource;
  if (product !== undefined && product !== event.product) return false;
  if (service !== undefined && !event.services.includes(service)) return false;
  if (category !== undefined && !event.categories.includes(category)) return false;
  return holdsPlainly(condition, event);
}
