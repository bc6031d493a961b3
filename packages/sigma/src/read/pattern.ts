import type { PatternPart } from '../expression.ts';

const ANY: PatternPart = { kind: 'any' };
const ONE: PatternPart = { kind: 'one' };

/** Joins neighbouring literals and neighbouring `*`, and drops empty ones. */
export function joinParts(parts: readonly PatternPart[]): readonly PatternPart[] {
  const joined: PatternPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'literal' && part.text === '') continue;
    if (part.kind === 'literal' && last?.kind === 'literal') {
      joined[joined.length - 1] = { kind: 'literal', text: last.text + part.text };
    } else if (part.kind !== 'any' || last?.kind !== 'any') joined.push(part);
  }
  return joined;
}

/**
 * A value with `*`, `?` and their escapes (Sigma rules specification 2.1, "Escape Character"): a backslash takes the
 * meaning from `*`, `?` and itself, and stands for itself before anything else.
 */
export function parsePattern(written: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  let literal = '';
  for (let at = 0; at < written.length; at += 1) {
    const char = written.charAt(at);
    const next = written.charAt(at + 1);
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      at += 1;
    } else if (char === '*' || char === '?') {
      parts.push({ kind: 'literal', text: literal }, char === '*' ? ANY : ONE);
      literal = '';
    } else literal += char;
  }
  return joinParts([...parts, { kind: 'literal', text: literal }]);
}

/** The text of a pattern without wildcards. */
export function literalOf(pattern: readonly PatternPart[]): string | undefined {
  const [first, ...rest] = pattern;
  if (!first) return '';
  return rest.length === 0 && first.kind === 'literal' ? first.text : undefined;
}

export const startingWith = (pattern: readonly PatternPart[]): readonly PatternPart[] => joinParts([...pattern, ANY]);
export const endingWith = (pattern: readonly PatternPart[]): readonly PatternPart[] => joinParts([ANY, ...pattern]);
export const containing = (pattern: readonly PatternPart[]): readonly PatternPart[] =>
  joinParts([ANY, ...pattern, ANY]);
