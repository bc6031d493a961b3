import type { Expression } from '../expression.ts';
import type { DetectionRule, LogSource } from '../rule.ts';
import { readDetection } from './detection.ts';
import { readLogSource } from './rule-head.ts';
import { entryOf, readDistinct, requireMap, type TreeMap } from './tree.ts';
import type { ReadingContext } from './value-test.ts';

/** A filter whose rules are still called as it calls them; `any` is every rule of its log source. */
export interface FilterDraft {
  readonly title: string;
  readonly rules: readonly string[] | 'any';
  readonly rulesLine: number;
  readonly logSource: LogSource;
  readonly condition: Expression;
  readonly searches: ReadonlyMap<string, Expression>;
}

const OTHER_KINDS = ['detection', 'correlation'];

function readTargets(map: TreeMap, { problems }: ReadingContext): readonly string[] | 'any' {
  const entry = entryOf(map, 'rules');
  if (entry?.value.kind === 'scalar' && (entry.value.value === 'any' || entry.value.value === 'all')) return 'any';
  const rules = readDistinct(map, 'rules', problems);
  if (rules.length === 0) {
    problems.add(entry?.line ?? map.line, 'rules names no rule; any stands for all of the log source');
  }
  return rules;
}

/** Reads a document with a section `filter`. */
export function readFilter(root: TreeMap, title: string, context: ReadingContext): FilterDraft | undefined {
  const { problems } = context;
  const logSource = readLogSource(root, problems);
  const map = requireMap(root, 'filter', problems);
  if (!map) return undefined;
  const other = OTHER_KINDS.find((key) => entryOf(root, key));
  if (other !== undefined) problems.add(map.line, `a document is a filter or has a ${other}, not both`);
  const rules = readTargets(map, context);
  const detection = readDetection(map, ['condition', 'rules'], context);
  if (!detection || !logSource) return undefined;
  return { title, rules, rulesLine: entryOf(map, 'rules')?.line ?? map.line, logSource, ...detection };
}

/** Whether every part that a filter names is the rule's as well. */
export const coversLogSource = (filter: LogSource, rule: LogSource): boolean =>
  (filter.category === undefined || filter.category === rule.category) &&
  (filter.product === undefined || filter.product === rule.product) &&
  (filter.service === undefined || filter.service === rule.service);

/** Search names of a filter carry its title, so that a verdict tells them from the rule's. */
function prefixed(expression: Expression, title: string): Expression {
  switch (expression.kind) {
    case 'search':
      return { ...expression, name: `${title}: ${expression.name}` };
    case 'and':
    case 'or':
      return { ...expression, operands: expression.operands.map((operand) => prefixed(operand, title)) };
    case 'not':
      return { ...expression, operand: prefixed(expression.operand, title) };
    case 'field':
    case 'keyword':
      return expression;
  }
}

/** The rule that matches where the filter's condition holds as well. */
export function applyFilter(rule: DetectionRule, { title, condition, searches }: FilterDraft): DetectionRule {
  const added = [...searches].map(([name, expression]): [string, Expression] => [`${title}: ${name}`, expression]);
  return {
    ...rule,
    condition: { kind: 'and', operands: [rule.condition, prefixed(condition, title)] },
    searches: new Map([...rule.searches, ...added]),
  };
}
