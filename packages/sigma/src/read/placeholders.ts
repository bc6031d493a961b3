import { createProblems } from './problems.ts';
import { nameOfTree, optionalTexts } from './tree.ts';
import { readYamlDocuments } from './yaml-documents.ts';

/** The values of placeholders, by name without percent signs. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

const MAX_COMBINATIONS = 10_000;

type Expanded =
  | { readonly ok: true; readonly written: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Text and names by turns, `a%b%c` → a, b, c; a percent sign behind a backslash is text. */
function splitAtPlaceholders(written: string): readonly string[] {
  const pieces = [''];
  for (let at = 0; at < written.length; at += 1) {
    const escaped = written.charAt(at) === '\\' ? written.charAt(at + 1) : '';
    const name = written.charAt(at) === '%' ? /^%([\w.-]+)%/.exec(written.slice(at, at + 200))?.[1] : undefined;
    const last = pieces.length - 1;
    if (name !== undefined) {
      pieces.push(name, '');
      at += name.length + 1;
    } else if (escaped === '%') {
      pieces[last] += '%';
      at += 1;
    } else {
      pieces[last] += written.charAt(at) + (escaped === '\\' ? escaped : '');
      at += escaped === '\\' ? 1 : 0;
    }
  }
  return pieces;
}

/** Every value that a value with placeholders stands for, each as a rule would write it. */
export function expandPlaceholders(written: string, placeholders: Placeholders): Expanded {
  const pieces = splitAtPlaceholders(written);
  if (pieces.length === 1) return { ok: false, reason: `expand finds no placeholder such as %name% in ${written}` };
  let values = [''];
  for (const [at, piece] of pieces.entries()) {
    const choices = at % 2 === 0 ? [piece] : placeholders.get(piece);
    if (!choices || choices.length === 0) return { ok: false, reason: `the placeholder %${piece}% has no values here` };
    if (values.length * choices.length > MAX_COMBINATIONS) {
      return { ok: false, reason: `the placeholders of ${written} stand for more than ${MAX_COMBINATIONS} values` };
    }
    values = values.flatMap((value) => choices.map((choice) => value + choice));
  }
  return { ok: true, written: values };
}

/** Reads a map of placeholder names to a value or a list of values, in YAML or JSON. */
export function readPlaceholders(
  text: string,
):
  | { readonly ok: true; readonly placeholders: Placeholders }
  | { readonly ok: false; readonly line: number; readonly reason: string } {
  const [document, ...rest] = readYamlDocuments(text);
  const problems = createProblems();
  const placeholders = new Map<string, readonly string[]>();
  for (const { key, value, line } of document?.root?.entries ?? []) {
    if (value.kind === 'map') problems.add(line, `${key} has a list of values, not ${nameOfTree(value)}`);
    placeholders.set(key.replaceAll('%', ''), document?.root ? optionalTexts(document.root, key, problems) : []);
  }
  const problem = document?.problems[0] ?? problems.found[0];
  if (problem) return { ok: false, ...problem };
  if (rest.length > 0) return { ok: false, line: rest[0]?.line ?? 1, reason: 'there is more than one document' };
  return { ok: true, placeholders };
}
