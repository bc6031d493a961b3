import { type Conflict, mergeTrees } from './merge-trees.ts';
import { createProblems, type Problem } from './problems.ts';
import { entryOf, type TreeEntry, type TreeMap } from './tree.ts';
import { writeTree } from './write-tree.ts';
import { readYamlDocuments, type YamlDocument } from './yaml-documents.ts';

/** A document that stands by itself: what collections add to it is in it. */
export interface RuleDocument {
  readonly file: string;
  readonly line: number;
  /** As it was written; of a document of a collection, what says the same by itself. */
  readonly text: string;
  readonly root: TreeMap;
}

export type ReadDocument = RuleDocument | { readonly line: number; readonly problem: Problem; readonly root?: TreeMap };

/** A document that others build on, with the id that they share. */
interface Base {
  readonly tree: TreeMap;
  readonly id: string | undefined;
}

/** What the documents of a file have said for those that follow. */
interface Collection {
  global: Base | undefined;
  previous: Base | undefined;
  /** How many documents have an id so far. */
  readonly bearers: Map<string, number>;
}

function without(map: TreeMap, key: string): TreeMap {
  const entries = map.entries.filter((entry) => entry.key !== key);
  return entries.length === map.entries.length ? map : { ...map, entries };
}

const scalarAt = (map: TreeMap, key: string): string | undefined => {
  const value = entryOf(map, key)?.value;
  return value?.kind === 'scalar' ? value.source : undefined;
};

function withId(map: TreeMap, id: string): TreeMap {
  const entries = map.entries.map((entry): TreeEntry => {
    if (entry.key !== 'id') return entry;
    return { ...entry, value: { kind: 'scalar', line: entry.value.line, value: id, source: id } };
  });
  return { ...map, entries };
}

/** Documents that take an id over from another are told apart: the second bearer of `x` is `x-2`. */
function settle(own: TreeMap, merged: TreeMap, inheritedId: string | undefined, { bearers }: Collection): Base {
  const id = scalarAt(own, 'id') ?? inheritedId;
  if (id === undefined) return { tree: merged, id };
  const times = (bearers.get(id) ?? 0) + 1;
  bearers.set(id, times);
  return { tree: times === 1 || entryOf(own, 'id') ? merged : withId(merged, `${id}-${times}`), id };
}

function mergeInto(base: Base, own: TreeMap, conflict: Conflict, collection: Collection): Base | Problem {
  const problems = createProblems();
  const merged = mergeTrees(base.tree, own, conflict, problems);
  return problems.found[0] ?? settle(own, merged, base.id, collection);
}

/** The document that a document of a collection stands for; undefined when it is only there for others. */
function unfold(root: TreeMap, collection: Collection): Base | Problem | undefined {
  const { global, previous } = collection;
  const own = without(root, 'action');
  const action = entryOf(root, 'action');
  const word = scalarAt(root, 'action') ?? '';
  if (!action) return global ? mergeInto(global, own, 'refuse', collection) : settle(own, own, undefined, collection);
  switch (word) {
    case 'global':
      collection.global = { tree: own, id: scalarAt(own, 'id') };
      collection.previous = collection.global;
      return undefined;
    case 'reset':
      collection.global = undefined;
      return undefined;
    case 'repeat':
      if (previous) return mergeInto(previous, own, 'later wins', collection);
      return { line: root.line, reason: 'there is no document before this one to repeat' };
    default:
      return { line: action.line, reason: 'action is global, reset or repeat' };
  }
}

function readDocument(file: string, document: YamlDocument, collection: Collection): ReadDocument | undefined {
  const { line, text, root } = document;
  const [problem] = document.problems;
  if (problem || !root) {
    return { line, problem: problem ?? { line, reason: 'a rule is a map' }, ...(root ? { root } : {}) };
  }
  const unfolded = unfold(root, collection);
  if (!unfolded) return undefined;
  if ('reason' in unfolded) return { line, problem: unfolded, root };
  collection.previous = unfolded;
  const { tree } = unfolded;
  return { file, line, text: tree === root ? text : writeTree(tree), root: tree };
}

/** The documents of a file, with those of a collection (`action: global`, `reset`, `repeat`) merged as they ask. */
export function readRuleDocuments(file: string, text: string): readonly ReadDocument[] {
  const collection: Collection = { global: undefined, previous: undefined, bearers: new Map() };
  return readYamlDocuments(text).flatMap((document) => readDocument(file, document, collection) ?? []);
}
