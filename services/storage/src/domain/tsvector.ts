import { lexeme, lexemesOfWord, wordsOf } from './lexemes.ts';
import type { SearchDocument } from './search-document.ts';
import type { SearchQuery, SearchTerm } from './search-query.ts';

/** PostgreSQL counts positions up to 16,383 and keeps 255 of one lexeme. */
const MAX_POSITION = 16_000;
const MAX_POSITIONS_OF_LEXEME = 255;

const quoted = (word: string): string => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/**
 * A document as the text of a PostgreSQL tsvector. Made here and not by `to_tsvector`: its parser cuts addresses and
 * paths differently by what stands around them, while here a document and a query are always cut alike.
 */
export function toTsvector({ text, identifiers }: Pick<SearchDocument, 'text' | 'identifiers'>): string {
  const positions = new Map<string, number[]>();
  // An identifier of several words, such as a command line, is also found by each of them, and as a phrase.
  [text, ...identifiers.filter((identifier) => wordsOf(identifier).length > 1)]
    .flatMap(wordsOf)
    .slice(0, MAX_POSITION)
    .forEach((word, index) => {
      for (const one of lexemesOfWord(word)) {
        const known = positions.get(one);
        if (!known) positions.set(one, [index + 1]);
        else if (known.length < MAX_POSITIONS_OF_LEXEME) known.push(index + 1);
      }
    });
  for (const identifier of identifiers) {
    const one = lexeme(identifier);
    if (one !== '' && !positions.has(one)) positions.set(one, []);
  }
  return [...positions]
    .map(([one, at]) => (at.length === 0 ? quoted(one) : `${quoted(one)}:${at.join(',')}`))
    .join(' ');
}

const toTsqueryTerm = ({ words, excluded }: SearchTerm): string =>
  `${excluded ? '!' : ''}(${words.map(quoted).join(' <-> ')})`;

/** A query as the text of a PostgreSQL tsquery. */
export const toTsquery = (query: SearchQuery): string =>
  query.map((terms) => `(${terms.map(toTsqueryTerm).join(' & ')})`).join(' | ');
