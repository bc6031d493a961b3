import type { CorrelationRule, CorrelationType } from '../rule.ts';
import type { Condition } from './condition.ts';
import { namesIn, readCorrelationCondition } from './correlation-condition.ts';
import type { Problems } from './problems.ts';
import { entryOf, nameOfTree, optionalText, readDistinct, requireMap, type TreeMap } from './tree.ts';

/** A correlation whose rules are still called as it calls them, by id or name. */
export interface CorrelationDraft extends Pick<
  CorrelationRule,
  'type' | 'groupBy' | 'timespanMs' | 'bounds' | 'valueFields' | 'percentile' | 'generate'
> {
  readonly rules: readonly string[];
  readonly rulesLine: number;
  readonly condition: Condition | undefined;
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const types: ReadonlySet<string> = new Set<CorrelationType>([
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
]);
const isType = (text: string): text is CorrelationType => types.has(text);
const known = new Set(['type', 'rules', 'aliases', 'group-by', 'timespan', 'condition', 'generate']);

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_TIMESPAN_DAYS = 366;

function readTimespan(map: TreeMap, problems: Problems): number {
  const entry = entryOf(map, 'timespan');
  const text = optionalText(map, 'timespan', 10, problems);
  if (!entry) problems.add(map.line, 'timespan is missing');
  if (!entry || text === undefined) return 0;
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const timespanMs = Number(count) * (unitsMs[unit] ?? 0);
  if (unit === '') problems.add(entry.line, `timespan is a number and s, m, h or d, such as 90m, not ${text}`);
  else if (timespanMs === 0) problems.add(entry.line, 'timespan is longer than nothing');
  else if (timespanMs > MAX_TIMESPAN_DAYS * 86_400_000) {
    problems.add(entry.line, `timespan is longer than ${MAX_TIMESPAN_DAYS} days`);
  }
  return timespanMs;
}

function readAliases(map: TreeMap, problems: Problems): ReadonlyMap<string, ReadonlyMap<string, string>> {
  if (!entryOf(map, 'aliases')) return new Map();
  const aliases = requireMap(map, 'aliases', problems)?.entries ?? [];
  return new Map(
    aliases.map(({ key, line, value }) => {
      if (value.kind !== 'map') {
        problems.add(line, `the alias ${key} is a map of rules to fields, not ${nameOfTree(value)}`);
      }
      const fields = value.kind === 'map' ? value.entries : [];
      const pairs = fields.map(({ key: rule }): [string, string] => [
        rule,
        (value.kind === 'map' ? optionalText(value, rule, 256, problems) : undefined) ?? '',
      ]);
      return [key, new Map(pairs)];
    }),
  );
}

/** `generate` stands beside the correlation in the specification and within it in rules that people write. */
function readGenerate(root: TreeMap, map: TreeMap, problems: Problems): boolean {
  const entries = [entryOf(root, 'generate'), entryOf(map, 'generate')].filter((entry) => entry !== undefined);
  const values = entries.map(({ line, value }) => {
    if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value;
    problems.add(line, 'generate is true or false');
    return false;
  });
  if (values.length === 2 && values[0] !== values[1]) {
    problems.add(entries[1]?.line ?? map.line, 'generate is said twice, and differently');
  }
  return values[0] ?? false;
}

/** Reads the section `correlation` of a document. */
export function readCorrelation(root: TreeMap, problems: Problems): CorrelationDraft | undefined {
  const map = requireMap(root, 'correlation', problems);
  if (!map) return undefined;
  const stray = map.entries.find(({ key }) => !known.has(key));
  if (stray) problems.add(stray.line, `${stray.key} has no meaning in a correlation`);
  const type = optionalText(map, 'type', 40, problems);
  if (type === undefined || !isType(type)) {
    return problems.add(entryOf(map, 'type')?.line ?? map.line, `type is one of ${[...types].join(', ')}`);
  }
  const { condition, percentile, ...read } = readCorrelationCondition(map, type, problems);
  const written = readDistinct(map, 'rules', problems);
  const rulesLine = entryOf(map, 'rules')?.line ?? map.line;
  const rules = written.length === 0 && condition ? namesIn(condition) : written;
  if (rules.length === 0) problems.add(rulesLine, 'rules names no rule');
  return {
    type,
    rules,
    rulesLine,
    groupBy: readDistinct(map, 'group-by', problems),
    timespanMs: readTimespan(map, problems),
    ...read,
    ...(percentile === undefined ? {} : { percentile }),
    condition,
    aliases: readAliases(map, problems),
    generate: readGenerate(root, map, problems),
  };
}
