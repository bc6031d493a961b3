import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml';
import { readingLimits } from './limits.ts';
import { createProblems, type Problem, type Problems } from './problems.ts';
import type { Tree, TreeEntry, TreeMap } from './tree.ts';

/** One document of a file: a map, or what is wrong with it. */
export interface YamlDocument {
  readonly line: number;
  readonly text: string;
  readonly root: TreeMap | undefined;
  readonly problems: readonly Problem[];
}

interface Growing {
  readonly lineOf: (node: Node) => number;
  /** What was anchored so far. The library looks through the whole document for each alias. */
  readonly anchors: Map<string, Node>;
  /** What aliases stand for: decided where they are written, not where something that holds them is repeated. */
  readonly targets: Map<Node, Node>;
  /** Aliases that are being followed; what they repeat anchors nothing anew. */
  following: number;
  readonly problems: Problems;
  nodes: number;
}

const isText = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const merges = 'the key << merges in YAML 1.1 only: write out what it stands for';

const tooDeep = `the document has more than ${readingLimits.depth} levels`;

function growEntries(
  pairs: readonly { key: unknown; value: unknown }[],
  growing: Growing,
  depth: number,
  line: number,
) {
  const entries: TreeEntry[] = [];
  const seen = new Set<string>();
  for (const { key, value } of pairs) {
    if (!isScalar(key) || !isText(key.value)) {
      growing.problems.add(line, 'a key is text, not a list, a map or nothing');
      continue;
    }
    const keyLine = growing.lineOf(key);
    const text = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (text === '<<' && key.type === 'PLAIN') growing.problems.add(keyLine, merges);
    if (seen.has(text)) growing.problems.add(keyLine, `the key ${text} is there twice`);
    seen.add(text);
    entries.push({ key: text, line: keyLine, value: grow(value, growing, depth + 1, keyLine) });
  }
  return entries;
}

/** What an alias stands for; undefined after a problem. */
function follow(alias: Alias, growing: Growing, depth: number): Tree | undefined {
  const line = growing.lineOf(alias);
  const target = growing.targets.get(alias) ?? growing.anchors.get(alias.source);
  if (!target) return growing.problems.add(line, `nothing is anchored as ${alias.source}`);
  growing.targets.set(alias, target);
  growing.following += 1;
  const tree = grow(target, growing, depth, line);
  growing.following -= 1;
  return tree;
}

/** Aliases are followed under a budget of nodes: a few lines of them can stand for billions. */
function grow(node: unknown, growing: Growing, depth: number, parentLine: number): Tree {
  const nothing: Tree = { kind: 'scalar', line: parentLine, value: null, source: '' };
  growing.nodes += 1;
  if (growing.nodes > readingLimits.nodes || depth > readingLimits.depth) {
    const reason = depth > readingLimits.depth ? tooDeep : `the document has more than ${readingLimits.nodes} values`;
    if (growing.problems.found.length === 0) growing.problems.add(parentLine, reason);
    return nothing;
  }
  if (isAlias(node)) {
    return follow(node, growing, depth) ?? nothing;
  }
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined && growing.following === 0) {
    growing.anchors.set(node.anchor, node);
  }
  if (isMap(node)) {
    const line = growing.lineOf(node);
    return { kind: 'map', line, entries: growEntries(node.items, growing, depth, line) };
  }
  if (isSeq(node)) {
    const line = growing.lineOf(node);
    return { kind: 'list', line, items: node.items.map((item) => grow(item, growing, depth + 1, line)) };
  }
  if (!isScalar(node)) return nothing;
  const { value } = node;
  const line = node.range ? growing.lineOf(node) : parentLine;
  if (value === null || value === undefined) return { ...nothing, line };
  if (isText(value)) {
    return { kind: 'scalar', line, value, source: node.source ?? String(value) };
  }
  growing.problems.add(line, 'a value is text, a number, true, false or null');
  return nothing;
}

/** `written` holds the comments before the document as well. */
function readDocument(document: Document.Parsed, written: string, lineOf: (offset: number) => number): YamlDocument {
  const [start] = document.range;
  const problems = createProblems();
  const [error] = document.errors;
  const line = lineOf(document.contents?.range[0] ?? start);
  if (error) {
    const [reason = ''] = error.message.split(/ at line \d|\n/);
    // The library's own depth is that of the stack, and it says so.
    const isDeep = reason.startsWith('Maximum call stack');
    problems.add(lineOf(error.pos[0]), isDeep ? tooDeep : `not YAML: ${reason.replace(/:$/, '')}`);
    return { line, text: written, root: undefined, problems: problems.found };
  }
  const growing: Growing = {
    lineOf: (node) => lineOf(node.range?.[0] ?? start),
    anchors: new Map(),
    targets: new Map(),
    following: 0,
    problems,
    nodes: 0,
  };
  const root = grow(document.contents, growing, 0, line);
  if (problems.found.length === 0 && root.kind !== 'map') problems.add(line, 'a rule is a map');
  return { line, text: written, root: root.kind === 'map' ? root : undefined, problems: problems.found };
}

const isBlank = (document: Document.Parsed): boolean =>
  document.errors.length === 0 && isScalar(document.contents) && document.contents.value === null;

/** The documents of a file, YAML 1.2 with its core schema, in order. Empty ones are left out. */
export function readYamlDocuments(text: string): readonly YamlDocument[] {
  const whole = (reason: string): YamlDocument[] => [
    { line: 1, text: '', root: undefined, problems: [{ line: 1, reason }] },
  ];
  if (text.length > readingLimits.fileChars) {
    return whole(`the file is longer than ${readingLimits.fileChars} characters`);
  }
  const lineCounter = new LineCounter();
  const lineOf = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  // Duplicate keys are looked for in `growEntries`: the library compares every pair of keys of a map.
  const parsed = parseAllDocuments(text, { lineCounter, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  if (!Array.isArray(parsed)) return whole('the file is empty');
  if (parsed.length > readingLimits.documents) {
    return whole(`the file has more than ${readingLimits.documents} documents`);
  }
  const starts = [0, ...parsed.map(({ range }) => range[2])];
  const documents = parsed.flatMap((document, at) => {
    if (isBlank(document)) return [];
    const written = text.slice(starts[at], document.range[2]).replace(/^(?:---|\.\.\.)[^\S\n]*\n?/, '');
    return [readDocument(document, written, lineOf)];
  });
  return documents.length > 0 ? documents : whole('the file is empty');
}
