import { lexeme, lexemesOfWord, wordsOf } from './lexemes.ts';
import type { SearchDocument } from './search-document.ts';

/** Words in a row: at each place what the word there is found by. */
export type Passage = readonly (readonly string[])[];

/**
 * What a document is found by. A phrase is found within one passage, never across two. An index takes it as it is: both
 * adapters then cut alike, whatever their own analysers would do.
 */
export interface CutDocument {
  readonly title: Passage;
  /** The texts, and identifiers of several words, such as a command line. */
  readonly passages: readonly Passage[];
  /** Found whole, without a place. */
  readonly identifiers: readonly string[];
}

/** PostgreSQL counts places up to 16,383, and each passage begins with a gap. */
const MAX_WORDS = 15_000;

export function cutDocument({
  title,
  texts,
  identifiers,
}: Pick<SearchDocument, 'title' | 'texts' | 'identifiers'>): CutDocument {
  let left = MAX_WORDS;
  const cut = (text: string): Passage => {
    const words = wordsOf(text).slice(0, left);
    left -= words.length;
    return words.map(lexemesOfWord);
  };
  const long = identifiers.filter((identifier) => wordsOf(identifier).length > 1);
  return {
    title: cut(title),
    passages: [...texts, ...long].map(cut),
    identifiers: [...new Set(identifiers.map(lexeme))].filter((one) => one !== ''),
  };
}
