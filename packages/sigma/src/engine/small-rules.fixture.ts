import { canonicalField, type EventView, type FieldValue } from '../event-view.ts';
import { readRules } from '../read/read-rules.ts';
import type { DetectionRule } from '../rule.ts';

/** A rule with one search, whose lines of YAML are given; or with several, named, and a condition. */
export function detecting(...lines: readonly string[]): DetectionRule {
  const isWhole = lines.some((line) => line.startsWith('condition:'));
  const detection = isWhole ? lines : ['selection:', ...lines.map((line) => `  ${line}`), 'condition: selection'];
  const head = ['title: A rule', 'id: rule', 'logsource: {category: process_creation}', 'detection:'];
  const text = [...head, ...detection.map((line) => `  ${line}`)].join('\n');
  const { rules, refusals } = readRules([{ file: 'rule.yml', text }]);
  const [rule] = rules;
  if (rule?.kind !== 'detection') throw new Error(refusals.map(({ reason }) => reason).join('; '));
  return rule;
}

/** An event of the rules' log source. */
export const eventWith = (
  fields: Readonly<Record<string, FieldValue | readonly FieldValue[]>>,
  categories: readonly string[] = ['process_creation'],
): EventView => ({
  product: 'windows',
  services: [],
  categories,
  fields: new Map(Object.entries(fields).map(([name, value]) => [canonicalField(name), value])),
  timeMs: undefined,
});
