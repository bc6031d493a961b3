import { lexeme, wordsOf } from '../lexemes.ts';
import { MAX_WILDCARDS, MIN_CHARS_BEFORE_WILDCARD } from './limits.ts';
import type { Query } from './query.ts';
import type { ValueText } from './token.ts';

/** What is wrong with the wildcards of a text, if anything is. */
export function wildcardFault(text: string): string | undefined {
  const first = text.search(/[*?]/);
  if (first === 0) return 'a wildcard cannot be at the start';
  if (first < MIN_CHARS_BEFORE_WILDCARD) return `a wildcard needs ${MIN_CHARS_BEFORE_WILDCARD} characters before it`;
  const count = text.match(/\*+|\?/g)?.length ?? 0;
  return count > MAX_WILDCARDS ? `a value has at most ${MAX_WILDCARDS} wildcards` : undefined;
}

/** The query, if there is anything to search for, or what is wrong. */
export type WordsQuery =
  | { readonly ok: true; readonly query: Query | undefined }
  | { readonly ok: false; readonly message: string };

/** Words in a row, or one that ends in `*`, which is the beginning of a word. A `?` is no wildcard here: URLs have it. */
export function wordsQuery({ text, isQuoted }: ValueText, within: 'document' | 'title'): WordsQuery {
  const words = wordsOf(text)
    .map(lexeme)
    .filter((word) => word !== '');
  if (words.length === 0) return { ok: true, query: undefined };
  const prefix = !isQuoted && text.includes('*');
  const message = prefix ? starFault(text) : undefined;
  return message === undefined
    ? { ok: true, query: { op: 'words', words, prefix, in: within } }
    : { ok: false, message };
}

function starFault(text: string): string | undefined {
  const message = wildcardFault(text.replaceAll('?', '.'));
  if (message !== undefined) return message;
  if (!/^[^*]+\*+$/.test(text)) return 'outside a field a wildcard stands at the end of a word only';
  const isShort = lexeme(text).length < MIN_CHARS_BEFORE_WILDCARD;
  return isShort ? `a wildcard needs ${MIN_CHARS_BEFORE_WILDCARD} characters before it` : undefined;
}
