import type { Problems } from './problems.ts';

export type ScalarValue = string | number | boolean | null;

export interface TreeScalar {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: ScalarValue;
  /** As it is written, without quotes: what a number looked like. */
  readonly source: string;
}

export interface TreeList {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly Tree[];
}

export interface TreeEntry {
  readonly key: string;
  readonly line: number;
  readonly value: Tree;
}

export interface TreeMap {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: readonly TreeEntry[];
}

/** A YAML document with aliases resolved, keys that are text and differ, and the line of everything. */
export type Tree = TreeScalar | TreeList | TreeMap;

const names = { scalar: 'a single value', list: 'a list', map: 'a map' } as const;

/** How a refusal calls what it found. */
export const nameOfTree = (tree: Tree): string =>
  tree.kind === 'scalar' && tree.value === null ? 'nothing' : names[tree.kind];

export const entryOf = (map: TreeMap, key: string): TreeEntry | undefined =>
  map.entries.find((entry) => entry.key === key);

/** The map under a key that has to be there. */
export function requireMap(map: TreeMap, key: string, problems: Problems): TreeMap | undefined {
  const entry = entryOf(map, key);
  if (!entry) return problems.add(map.line, `${key} is missing`);
  if (entry.value.kind !== 'map') return problems.add(entry.line, `${key} is a map, not ${nameOfTree(entry.value)}`);
  return entry.value;
}

/** Text, or a number as it is written; YAML makes numbers of some names and titles. */
function textOf(tree: Tree): string | undefined {
  if (tree.kind !== 'scalar' || tree.value === null || typeof tree.value === 'boolean') return undefined;
  return typeof tree.value === 'string' ? tree.value : tree.source;
}

/** The text under a key; undefined where it is absent, or after a problem. */
export function optionalText(map: TreeMap, key: string, maxChars: number, problems: Problems): string | undefined {
  const entry = entryOf(map, key);
  if (!entry) return undefined;
  const text = textOf(entry.value)?.trim();
  if (text === undefined) return problems.add(entry.line, `${key} is text, not ${nameOfTree(entry.value)}`);
  if (text === '') return problems.add(entry.line, `${key} is empty`);
  if (text.length > maxChars) return problems.add(entry.line, `${key} is longer than ${maxChars} characters`);
  return text;
}

/** The texts under a key, none where it is absent or holds nothing; one text counts as a list of it. */
export function optionalTexts(map: TreeMap, key: string, problems: Problems): readonly string[] {
  const entry = entryOf(map, key);
  if (!entry || (entry.value.kind === 'scalar' && entry.value.value === null)) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  return items.flatMap((item) => {
    const text = textOf(item);
    if (text !== undefined) return [text];
    problems.add(item.line, `${key} holds texts, not ${nameOfTree(item)}`);
    return [];
  });
}

/** The texts under a key, each once. */
export function readDistinct(map: TreeMap, key: string, problems: Problems): readonly string[] {
  const texts = optionalTexts(map, key, problems).map((text) => text.trim());
  const twice = texts.find((text, at) => texts.indexOf(text) !== at);
  const line = entryOf(map, key)?.line ?? map.line;
  if (twice !== undefined) problems.add(line, `${key} names ${twice} twice`);
  if (texts.includes('')) problems.add(line, `${key} holds an empty text`);
  return texts;
}
