import type { Level, LogSource, RuleHead } from '../rule.ts';
import type { Problems } from './problems.ts';
import { entryOf, nameOfTree, optionalText, optionalTexts, requireMap, type TreeMap } from './tree.ts';

const levels: ReadonlySet<string> = new Set<Level>(['informational', 'low', 'medium', 'high', 'critical']);
const isLevel = (text: string): text is Level => levels.has(text);
const statuses = new Set(['stable', 'test', 'experimental', 'deprecated', 'unsupported']);
const kinships = new Set(['derived', 'obsolete', 'merged', 'renamed', 'similar']);
const TAG = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;

/** A head before it is known what stands in for an absent id or level. */
export interface WrittenHead extends Omit<RuleHead, 'id' | 'level' | 'position' | 'text'> {
  readonly id: string | undefined;
  readonly level: Level | undefined;
}

/** `2024-05-31`, and `2024/05/31` as rules before Sigma 2 have it. */
function readDate(map: TreeMap, key: 'date' | 'modified', problems: Problems): string | undefined {
  const text = optionalText(map, key, 40, problems);
  if (text === undefined) return undefined;
  const iso = text.replaceAll('/', '-');
  const date = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? new Date(`${iso}T00:00:00Z`) : undefined;
  const isReal = date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
  return isReal
    ? iso
    : problems.add(entryOf(map, key)?.line ?? map.line, `${key} is a date such as 2024-05-31, not ${text}`);
}

function readChoice(map: TreeMap, key: string, choices: ReadonlySet<string>, problems: Problems): string | undefined {
  const text = optionalText(map, key, 40, problems);
  if (text === undefined || choices.has(text)) return text;
  return problems.add(entryOf(map, key)?.line ?? map.line, `${key} is one of ${[...choices].join(', ')}, not ${text}`);
}

function readTags(map: TreeMap, problems: Problems): readonly string[] {
  const tags = optionalTexts(map, 'tags', problems);
  const odd = tags.find((tag) => !TAG.test(tag));
  if (odd !== undefined) {
    problems.add(entryOf(map, 'tags')?.line ?? map.line, `a tag is namespace.name in lower case, not ${odd}`);
  }
  return tags;
}

/** Kinship to other rules is checked and not kept: nothing here acts on it. */
function checkRelated(map: TreeMap, problems: Problems): void {
  const entry = entryOf(map, 'related');
  if (!entry) return;
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  for (const item of items) {
    if (item.kind === 'map') {
      readChoice(item, 'type', kinships, problems);
      for (const key of ['id', 'type']) {
        if (!entryOf(item, key)) problems.add(item.line, `related wants ${key}`);
      }
      optionalText(item, 'id', 256, problems);
    } else problems.add(item.line, `related is a list of maps, not ${nameOfTree(item)}`);
  }
}

/** Leaves out what is undefined: absent is absent. */
function present<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Object.fromEntries knows nothing of the keys that it is given back.
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as never;
}

/** What every kind of document says of itself. */
export function readHead(map: TreeMap, problems: Problems): WrittenHead {
  const text = (key: string, maxChars: number): string | undefined => optionalText(map, key, maxChars, problems);
  const title = text('title', 256);
  if (!entryOf(map, 'title')) problems.add(map.line, 'title is missing');
  checkRelated(map, problems);
  optionalTexts(map, 'scope', problems);
  const level = readChoice(map, 'level', levels, problems);
  return {
    id: text('id', 256),
    title: title ?? '',
    level: level !== undefined && isLevel(level) ? level : undefined,
    ...present({
      name: text('name', 256),
      taxonomy: text('taxonomy', 256),
      status: readChoice(map, 'status', statuses, problems),
      description: text('description', 65_535),
      author: text('author', 4_096),
      license: text('license', 256),
      date: readDate(map, 'date', problems),
      modified: readDate(map, 'modified', problems),
    }),
    references: optionalTexts(map, 'references', problems),
    tags: readTags(map, problems),
    falsePositives: optionalTexts(map, 'falsepositives', problems),
  };
}

/** At least one of category, product and service; what else is there describes it for people. */
export function readLogSource(map: TreeMap, problems: Problems): LogSource | undefined {
  const written = requireMap(map, 'logsource', problems);
  if (!written) return undefined;
  const part = (key: string): string | undefined => optionalText(written, key, 256, problems)?.toLowerCase();
  const logSource = present({ category: part('category'), product: part('product'), service: part('service') });
  if (Object.keys(logSource).length > 0) return logSource;
  return problems.add(written.line, 'logsource names no category, product or service');
}
