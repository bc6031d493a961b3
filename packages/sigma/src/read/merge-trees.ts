import type { Problems } from './problems.ts';
import type { Tree, TreeEntry, TreeMap } from './tree.ts';

/** What becomes of a key that both trees have and that is no map in both. */
export type Conflict = 'later wins' | 'refuse';

const isSame = (a: Tree, b: Tree): boolean => a.kind === 'scalar' && b.kind === 'scalar' && a.value === b.value;

function mergeEntries(earlier: TreeEntry, later: TreeEntry, conflict: Conflict, problems: Problems): TreeEntry {
  if (earlier.value.kind === 'map' && later.value.kind === 'map') {
    return { ...later, value: mergeTrees(earlier.value, later.value, conflict, problems) };
  }
  if (conflict === 'refuse' && !isSame(earlier.value, later.value)) {
    problems.add(later.line, `${later.key} is said in line ${earlier.line} for all documents and here again`);
  }
  return later;
}

/** The entries of both maps, maps within them merged likewise; the earlier ones first. */
export function mergeTrees(earlier: TreeMap, later: TreeMap, conflict: Conflict, problems: Problems): TreeMap {
  const added = new Map(later.entries.map((entry) => [entry.key, entry]));
  const entries = earlier.entries.map((entry) => {
    const other = added.get(entry.key);
    added.delete(entry.key);
    return other ? mergeEntries(entry, other, conflict, problems) : entry;
  });
  return { kind: 'map', line: later.line, entries: [...entries, ...added.values()] };
}
