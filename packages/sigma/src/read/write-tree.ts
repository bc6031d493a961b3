import type { Tree, TreeMap, TreeScalar } from './tree.ts';

/** JSON's texts are YAML's as well; numbers keep how they were written. */
function writeScalar({ value, source }: TreeScalar): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' ? source : String(value);
}

function writeValue(tree: Tree, indent: string): string {
  if (tree.kind === 'scalar') return ` ${writeScalar(tree)}\n`;
  if (tree.kind === 'map') return tree.entries.length === 0 ? ' {}\n' : `\n${writeEntries(tree, indent)}`;
  if (tree.items.length === 0) return ' []\n';
  return `\n${tree.items.map((item) => `${indent}-${writeValue(item, `${indent}  `)}`).join('')}`;
}

const writeEntries = ({ entries }: TreeMap, indent: string): string =>
  entries.map(({ key, value }) => `${indent}${JSON.stringify(key)}:${writeValue(value, `${indent}  `)}`).join('');

/** YAML that is read as this tree, for documents that nobody has written as they are. */
export const writeTree = (tree: TreeMap): string => writeEntries(tree, '');
