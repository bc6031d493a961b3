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

/** What the documents of a file have said for those that follow; `refused` where nobody can tell what that is. */
interface Collection {
  global: Base | 'refused' | undefined;
  previous: Base | 'refused' | undefined;
  /** The global document, until another one builds on it. */
  unused: TreeMap | undefined;
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

/** What a document says of its part in a collection: a word, empty where it is none; undefined where it says nothing. */
function actionOf({ root, text }: YamlDocument): string | undefined {
  if (root) return entryOf(root, 'action') && (scalarAt(root, 'action') ?? '');
  // What is no YAML may have been meant for others all the same.
  return /^action:\s*["']?(\w*)/m.exec(text)?.[1];
}

/** The document that a document of a collection stands for; undefined when it is only there for others. */
function unfold(root: TreeMap, action: string | undefined, collection: Collection): Base | Problem | undefined {
  const { global, previous } = collection;
  const own = without(root, 'action');
  const line = entryOf(root, 'action')?.line ?? root.line;
  switch (action) {
    case undefined:
      if (global === 'refused') return { line, reason: 'the global document before it is refused' };
      return global ? mergeInto(global, own, 'refuse', collection) : settle(own, own, undefined, collection);
    case 'global':
      collection.global = { tree: own, id: scalarAt(own, 'id') };
      collection.previous = collection.global;
      collection.unused = root;
      return undefined;
    case 'reset':
      if (own.entries.length > 0) return { line, reason: 'a document with action: reset says nothing else' };
      collection.global = undefined;
      return undefined;
    case 'repeat':
      if (previous === 'refused') return { line, reason: 'the document that it repeats is refused' };
      if (previous) return mergeInto(previous, own, 'later wins', collection);
      return { line, reason: 'there is no document before this one to repeat' };
    default:
      return { line, reason: 'action is global, reset or repeat' };
  }
}

/** A global document that nothing built on, once nothing can any more: a rule in it would be lost. */
function takeUnused(collection: Collection): readonly ReadDocument[] {
  const { unused: root } = collection;
  collection.unused = undefined;
  if (!root) return [];
  const { line } = root;
  return [{ line, problem: { line, reason: 'no document follows that builds on this global one' }, root }];
}

/** Nothing builds on a document that is refused: it would say something else than was meant. */
function noteRefused(action: string | undefined, collection: Collection): void {
  collection.previous = 'refused';
  if (action === 'reset') collection.global = undefined;
  else if (action !== undefined && action !== 'repeat') collection.global = 'refused';
}

function readDocument(file: string, document: YamlDocument, collection: Collection): readonly ReadDocument[] {
  const { line, text, root } = document;
  const action = actionOf(document);
  const unused = takeUnused(collection);
  const lost = action === 'global' || action === 'reset' ? unused : [];
  const refuse = (problem: Problem): readonly ReadDocument[] => {
    noteRefused(action, collection);
    return [...lost, { line, problem, ...(root ? { root } : {}) }];
  };
  const [problem] = document.problems;
  if (problem || !root) return refuse(problem ?? { line, reason: 'a rule is a map' });
  const unfolded = unfold(root, action, collection);
  if (!unfolded) return lost;
  if ('reason' in unfolded) return refuse(unfolded);
  collection.previous = unfolded;
  const { tree } = unfolded;
  return [...lost, { file, line, text: tree === root ? text : writeTree(tree), root: tree }];
}

/** The documents of a file, with those of a collection (`action: global`, `reset`, `repeat`) merged as they ask. */
export function readRuleDocuments(file: string, text: string): readonly ReadDocument[] {
  const collection: Collection = { global: undefined, previous: undefined, unused: undefined, bearers: new Map() };
  const documents = readYamlDocuments(text).flatMap((document) => readDocument(file, document, collection));
  return [...documents, ...takeUnused(collection)];
}
