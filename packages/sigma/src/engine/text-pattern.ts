import type { PatternPart } from '../expression.ts';
import { foldCase } from './fold.ts';
import { compileGlob } from './glob.ts';

export type TextPredicate = (text: string) => boolean;

/** The shapes that need no wildcard matching are told apart: they are nearly all patterns there are. */
export type TextShape =
  | { readonly kind: 'whole' | 'start' | 'end' | 'inside'; readonly text: string }
  | { readonly kind: 'anything' }
  | { readonly kind: 'glob'; readonly parts: readonly PatternPart[] };

/** The parts with their literals folded, unless case counts. */
const foldedParts = (pattern: readonly PatternPart[], isCased: boolean): readonly PatternPart[] =>
  pattern.map((part) => (part.kind === 'literal' && !isCased ? { kind: 'literal', text: foldCase(part.text) } : part));

/** What kind of comparison a pattern asks for; its literals are folded unless case counts. */
export function shapeOf(pattern: readonly PatternPart[], isCased: boolean): TextShape {
  const parts = foldedParts(pattern, isCased);
  const [first, second, third] = parts;
  if (parts.length === 0) return { kind: 'whole', text: '' };
  if (parts.length === 1 && first?.kind === 'any') return { kind: 'anything' };
  if (parts.length === 1 && first?.kind === 'literal') return { kind: 'whole', text: first.text };
  if (parts.length === 2 && first?.kind === 'literal' && second?.kind === 'any') {
    return { kind: 'start', text: first.text };
  }
  if (first?.kind !== 'any' || second?.kind !== 'literal') return { kind: 'glob', parts };
  if (parts.length === 2) return { kind: 'end', text: second.text };
  if (parts.length === 3 && third?.kind === 'any') return { kind: 'inside', text: second.text };
  return { kind: 'glob', parts };
}

/** Whether a text is what the shape asks for. The text must be folded if the shape is. */
export function compileShape(shape: TextShape): TextPredicate {
  switch (shape.kind) {
    case 'anything':
      return () => true;
    case 'whole':
      return (text) => text === shape.text;
    case 'start':
      return (text) => text.startsWith(shape.text);
    case 'end':
      return (text) => text.endsWith(shape.text);
    case 'inside':
      return (text) => text.includes(shape.text);
    case 'glob':
      return compileGlob(shape.parts);
  }
}
