import type { PatternPart } from '../expression.ts';
import type { Transformation } from './modifiers.ts';
import { joinParts, literalOf } from './pattern.ts';

/** A value on its way through the modifiers: a pattern, or after an encoding to UTF-16 the bytes of one. */
type Value = readonly PatternPart[] | Uint8Array;
type Transformed = readonly Value[] | { readonly problem: string };

/** Alternatives that one value may become: five dashes in four places, or in three beside Base64's three offsets. */
const MAX_ALTERNATIVES = 1_000;
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'];
/** A dash that begins a word, as that of a flag does; others, as in a path or a name, are what they are. */
const FLAG_DASH = /(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/gu;

/** Every way to write the dashes of a literal. */
function dashVariants(text: string): readonly string[] {
  let variants = [''];
  let from = 0;
  for (const { index } of text.matchAll(FLAG_DASH)) {
    const before = text.slice(from, index);
    variants = variants.flatMap((variant) => DASHES.map((dash) => variant + before + dash));
    if (variants.length > MAX_ALTERNATIVES) break;
    from = index + 1;
  }
  return variants.map((variant) => variant + text.slice(from));
}

function windash(pattern: readonly PatternPart[]): readonly (readonly PatternPart[])[] {
  let variants: (readonly PatternPart[])[] = [[]];
  for (const part of pattern) {
    const next: readonly PatternPart[] =
      part.kind === 'literal' ? dashVariants(part.text).map((text) => ({ kind: 'literal', text })) : [part];
    if (variants.length * next.length > MAX_ALTERNATIVES) return [];
    variants = variants.flatMap((variant) => next.map((one) => [...variant, one]));
  }
  return variants.map(joinParts);
}

function utf16(text: string, kind: 'utf16' | 'utf16le' | 'utf16be'): Uint8Array {
  if (kind === 'utf16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(kind === 'utf16' ? `\uFEFF${text}` : text, 'utf16le');
}

/** The part of the Base64 of each alignment that does not depend on what stands around the bytes. */
function base64AtOffsets(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // A character carries six bits: those of the first byte begin in it, those after the last byte end in it.
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, end);
  });
}

function transformOne(value: Value, transformation: Transformation): Transformed {
  if (transformation === 'windash') {
    const variants = value instanceof Uint8Array ? [] : windash(value);
    return variants.length > 0 ? variants : { problem: `windash would make more than ${MAX_ALTERNATIVES} of a value` };
  }
  const text = value instanceof Uint8Array ? undefined : literalOf(value);
  const bytes = value instanceof Uint8Array ? value : Buffer.from(text ?? '', 'utf8');
  if (text === undefined && !(value instanceof Uint8Array)) {
    return { problem: 'a value with wildcards has no encoding' };
  }
  if (bytes.length === 0) return { problem: 'an empty value has no encoding' };
  if (transformation === 'base64') return [[{ kind: 'literal', text: Buffer.from(bytes).toString('base64') }]];
  if (transformation !== 'base64offset') return [utf16(text ?? '', transformation)];
  const variants = base64AtOffsets(bytes);
  if (variants.some((variant) => variant === '')) {
    return { problem: 'a value this short has no Base64 at every offset' };
  }
  return variants.map((variant) => [{ kind: 'literal', text: variant }]);
}

/** What one value becomes, in the order of the modifiers; several are alternatives of each other. */
export function transform(
  pattern: readonly PatternPart[],
  transformations: readonly Transformation[],
): readonly (readonly PatternPart[])[] | { readonly problem: string } {
  let values: readonly Value[] = [pattern];
  for (const transformation of transformations) {
    const next: Value[] = [];
    for (const value of values) {
      const made = transformOne(value, transformation);
      if ('problem' in made) return made;
      next.push(...made);
    }
    if (next.length > MAX_ALTERNATIVES) {
      return { problem: `the modifiers would make more than ${MAX_ALTERNATIVES} of a value` };
    }
    values = next;
  }
  // Modifiers that end in bytes are refused before (`readModifiers`).
  return values.flatMap((value) => (value instanceof Uint8Array ? [] : [value]));
}
