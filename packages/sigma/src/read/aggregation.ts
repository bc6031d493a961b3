import { baseIdOf } from '../aggregation-base.ts';
import type { Problem } from './problems.ts';
import type { RuleDocument } from './rule-documents.ts';
import { entryOf, type Tree, type TreeEntry, type TreeMap } from './tree.ts';
import { writeTree } from './write-tree.ts';

/** `count(TargetUserName) by ComputerName > 5`, behind the bar of a condition of Sigma 1. */
const AGGREGATION =
  /^(?<function>count|sum|avg|min|max)\s*\(\s*(?<field>[^()\s]*)\s*\)(?:\s+by\s+(?<groupBy>.+?))?\s*(?<operator>>=|<=|==?|>|<)\s*(?<value>-?\d+(?:\.\d+)?)$/i;

const MAX_AGGREGATION_CHARS = 1_000;

const operators: Readonly<Record<string, string>> = {
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '=': 'eq',
  '==': 'eq',
};
const types: Readonly<Record<string, string>> = { count: 'value_count', sum: 'value_sum', avg: 'value_avg' };

/** Metadata that the correlation takes over; the base rule keeps what says where it comes from. */
const OF_THE_CORRELATION = new Set(['id', 'name', 'detection', 'logsource', 'fields']);

const scalar = (value: string | number, line: number): Tree => ({ kind: 'scalar', line, value, source: String(value) });
const map = (line: number, entries: Readonly<Record<string, Tree>>): TreeMap => ({
  kind: 'map',
  line,
  entries: Object.entries(entries).map(([key, value]): TreeEntry => ({ key, line, value })),
});
const list = (line: number, texts: readonly string[]): Tree => ({
  kind: 'list',
  line,
  items: texts.map((text) => scalar(text, line)),
});

interface Aggregation {
  readonly condition: string;
  readonly correlation: TreeMap;
}

function translate(text: string, baseId: string, timeframe: Tree | undefined, line: number): Aggregation | Problem {
  const bar = text.indexOf('|');
  const written = text.slice(bar + 1).trim();
  // The expression may go over a text as often as it has characters.
  const parts = written.length > MAX_AGGREGATION_CHARS ? undefined : AGGREGATION.exec(written)?.groups;
  if (/^near\b/i.test(written)) {
    return { line, reason: 'near is of Sigma 1: write a correlation rule of type temporal' };
  }
  if (!parts) return { line, reason: `${written} is no aggregation such as count() by User > 5` };
  const name = (parts['function'] ?? '').toLowerCase();
  const field = parts['field'] ?? '';
  const type = name === 'count' && field === '' ? 'event_count' : types[name];
  if (type === undefined) return { line, reason: `${name} is of Sigma 1 and no correlation type stands for it` };
  if (name !== 'count' && field === '') return { line, reason: `${name} wants a field between its brackets` };
  if (!timeframe) return { line, reason: 'an aggregation wants a timeframe beside the condition' };
  const condition = map(line, {
    ...(field === '' ? {} : { field: scalar(field, line) }),
    [operators[parts['operator'] ?? ''] ?? '']: scalar(Number(parts['value']), line),
  });
  const groupBy = parts['groupBy']?.split(',').map((each) => each.trim()) ?? [];
  const rules = list(line, [baseId]);
  const correlation = map(line, {
    type: scalar(type, line),
    rules,
    'group-by': list(line, groupBy),
    timespan: timeframe,
    condition,
  });
  return { condition: text.slice(0, bar).trim(), correlation };
}

const replaced = (of: TreeMap, key: string, value: Tree): TreeMap => ({
  ...of,
  entries: of.entries.map((entry) => (entry.key === key ? { ...entry, value } : entry)),
});

const idOf = (root: TreeMap): string | undefined => {
  const value = entryOf(root, 'id')?.value;
  return value?.kind === 'scalar' ? value.source : undefined;
};

/**
 * A rule with an aggregation in its condition, as Sigma 1 had it, is a correlation over the rule without it; the
 * correlation keeps the id. Any other document is itself.
 */
export function splitAggregation(document: RuleDocument): readonly RuleDocument[] | Problem {
  const { root, file, line } = document;
  const detection = entryOf(root, 'detection')?.value;
  if (detection?.kind !== 'map') return [document];
  const entry = entryOf(detection, 'condition');
  const timeframe = entryOf(detection, 'timeframe');
  const text = entry?.value.kind === 'scalar' ? entry.value.value : undefined;
  if (!entry || typeof text !== 'string' || !text.includes('|')) {
    if (!timeframe) return [document];
    return { line: timeframe.line, reason: 'timeframe belongs to an aggregation, and the condition has none' };
  }
  const title = entryOf(root, 'title')?.value;
  const id = idOf(root) ?? `${file}#${title?.kind === 'scalar' ? title.source : line}`;
  const baseId = baseIdOf(id);
  const made = translate(text, baseId, timeframe?.value, entry.value.line);
  if ('reason' in made) return made;
  const searches = detection.entries.filter(({ key }) => key !== 'timeframe');
  const base = replaced({ ...detection, entries: searches }, 'condition', scalar(made.condition, entry.value.line));
  const withIds = (tree: TreeMap, own: string): TreeMap => ({
    ...tree,
    entries: [{ key: 'id', line, value: scalar(own, line) }, ...tree.entries.filter(({ key }) => key !== 'id')],
  });
  const baseRoot = withIds(
    replaced({ ...root, entries: root.entries.filter(({ key }) => key !== 'name') }, 'detection', base),
    baseId,
  );
  const head = root.entries.filter(({ key }) => key === 'name' || !OF_THE_CORRELATION.has(key));
  const correlation = { key: 'correlation', line: entry.line, value: made.correlation };
  const correlationRoot = withIds({ ...root, entries: [...head, correlation] }, id);
  return [baseRoot, correlationRoot].map((tree) => ({ ...document, root: tree, text: writeTree(tree) }));
}
