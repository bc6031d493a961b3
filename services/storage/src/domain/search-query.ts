import { lexeme, wordsOf } from './lexemes.ts';

/** One thing to be found, or not to be found: a word as it is indexed, or several in a row. */
export interface SearchTerm {
  readonly words: readonly string[];
  readonly excluded: boolean;
}

/** Any of the alternatives must hold; of an alternative, every term. */
export type SearchQuery = readonly (readonly SearchTerm[])[];

export type ParsedQuery =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly refusal: 'nothing_to_search' | 'too_many_words' };

const MAX_WORDS = 32;

/** An optional minus, then a quoted phrase (the closing quote may be missing) or everything up to the next space. */
const TERM = /(-?)(?:"([^"]*)"?|([^\s"]+))/g;

/**
 * Reads what people type into a search box: words that must all be there, `"a phrase"`, `-without`, `this OR that`. `and`
 * binds tighter than `or`. There is no syntax error: what has no letter or digit is passed over.
 */
export function parseSearchQuery(text: string): ParsedQuery {
  const alternatives: SearchTerm[][] = [[]];
  for (const [, minus, phrase, word] of text.matchAll(TERM)) {
    if (word?.toLowerCase() === 'or' && minus === '') {
      alternatives.push([]);
      continue;
    }
    const words = wordsOf(phrase ?? word ?? '')
      .map(lexeme)
      .filter((one) => one !== '');
    if (words.length > 0) alternatives.at(-1)?.push({ words, excluded: minus === '-' });
  }
  const query = alternatives.filter((terms) => terms.length > 0);
  const count = query.flat().reduce((sum, { words }) => sum + words.length, 0);
  if (count === 0) return { ok: false, refusal: 'nothing_to_search' };
  return count > MAX_WORDS ? { ok: false, refusal: 'too_many_words' } : { ok: true, query };
}
