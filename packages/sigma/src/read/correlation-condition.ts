import type { CorrelationOperator, CorrelationType } from '../rule.ts';
import { type Condition, parseCondition } from './condition.ts';
import type { Problems } from './problems.ts';
import { entryOf, nameOfTree, readDistinct, type TreeEntry, type TreeMap } from './tree.ts';

const operators: ReadonlySet<string> = new Set<CorrelationOperator>(['gt', 'gte', 'lt', 'lte', 'eq', 'neq']);
const isOperator = (text: string): text is CorrelationOperator => operators.has(text);

/** What has to hold for a correlation to match. */
export interface CorrelationCondition {
  readonly bounds: readonly { readonly operator: CorrelationOperator; readonly value: number }[];
  readonly valueFields: readonly string[];
  readonly percentile: number | undefined;
  /** Over the names of rules. */
  readonly condition: Condition | undefined;
}

function readNumber({ key, line, value }: TreeEntry, problems: Problems): number | undefined {
  if (value.kind === 'scalar' && typeof value.value === 'number' && Number.isFinite(value.value)) return value.value;
  return problems.add(
    line,
    `${key} is a number, not ${value.kind === 'scalar' ? value.source || 'nothing' : nameOfTree(value)}`,
  );
}

/** The condition as a map: bounds, what they are about, and of which percentile. */
function readBounds(map: TreeMap, type: CorrelationType, problems: Problems) {
  const bounds: { operator: CorrelationOperator; value: number }[] = [];
  const valueFields = readDistinct(map, 'field', problems);
  let percentile: number | undefined;
  for (const entry of map.entries) {
    if (entry.key === 'field') continue;
    const value = readNumber(entry, problems);
    if (value === undefined) continue;
    if (isOperator(entry.key)) {
      const isCount = type === 'event_count' || type === 'value_count' || type.startsWith('temporal');
      if (isCount && (!Number.isInteger(value) || value < 0)) {
        problems.add(entry.line, `${entry.key} counts: ${value} is no whole number from 0`);
      }
      bounds.push({ operator: entry.key, value });
    } else if (entry.key === 'percentile' && type === 'value_percentile') {
      percentile = value;
      if (value < 0 || value > 100) problems.add(entry.line, 'percentile is from 0 to 100');
    } else problems.add(entry.line, `${entry.key} has no meaning in the condition of ${type}`);
  }
  if (bounds.length === 0) problems.add(map.line, 'condition has no gt, gte, lt, lte, eq or neq');
  return { bounds, valueFields, percentile };
}

function checkValueFields(type: CorrelationType, count: number, line: number, problems: Problems): void {
  const wantsField = type.startsWith('value_');
  if (wantsField && count === 0) problems.add(line, `${type} wants a field in its condition`);
  if (!wantsField && count > 0) problems.add(line, `field has no meaning in the condition of ${type}`);
  if (type !== 'value_count' && count > 1) problems.add(line, `${type} is about one field`);
}

/** The condition as text: over the names of rules, of the temporal kinds alone. */
function readRuleCondition(
  text: string,
  type: CorrelationType,
  line: number,
  problems: Problems,
): Condition | undefined {
  if (!type.startsWith('temporal')) return problems.add(line, `the condition of ${type} is a map such as {gte: 10}`);
  const parsed = parseCondition(text);
  return 'reason' in parsed ? problems.add(line, parsed.reason) : parsed.condition;
}

/** Reads the condition of a section `correlation`. */
export function readCorrelationCondition(
  map: TreeMap,
  type: CorrelationType,
  problems: Problems,
): CorrelationCondition {
  const entry = entryOf(map, 'condition');
  const none = { bounds: [], valueFields: [], percentile: undefined, condition: undefined };
  if (!entry) {
    if (!type.startsWith('temporal')) problems.add(map.line, `${type} wants a condition`);
    return none;
  }
  if (entry.value.kind === 'scalar' && typeof entry.value.value === 'string') {
    return { ...none, condition: readRuleCondition(entry.value.value, type, entry.line, problems) };
  }
  if (entry.value.kind !== 'map') {
    problems.add(entry.line, `condition is a map or a text, not ${nameOfTree(entry.value)}`);
    return none;
  }
  const read = readBounds(entry.value, type, problems);
  checkValueFields(type, read.valueFields.length, entry.line, problems);
  return { ...read, condition: undefined };
}

/** The names of a condition over rules, in the order they first stand there. */
export function namesIn(condition: Condition): readonly string[] {
  if (condition.kind === 'name') return [condition.name];
  if (condition.kind === 'not') return namesIn(condition.operand);
  return condition.kind === 'of' ? [condition.pattern] : [...new Set(condition.operands.flatMap(namesIn))];
}
