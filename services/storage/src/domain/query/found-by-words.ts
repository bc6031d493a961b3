import { isColumnField } from '../tsvector.ts';
import type { Query } from './query.ts';

/**
 * Whether an index of whole words and values finds all that a query does, without looking at much else: beginnings of words are many
 * words, and what lacks a word is nearly everything.
 */
export const isFoundByWords = (query: Query): boolean => hasWord(query) && !hasPrefix(query);

function hasWord(query: Query): boolean {
  switch (query.op) {
    case 'all':
    case 'not':
      return false;
    case 'words':
      return true;
    case 'field':
      return query.field !== 'score' && query.field !== 'occurredAt' && !isColumnField(query.field);
    case 'and':
      return query.parts.some(hasWord);
    case 'or':
      return query.parts.every(hasWord);
  }
}

function hasPrefix(query: Query): boolean {
  switch (query.op) {
    case 'words':
      return query.prefix;
    case 'not':
      return hasPrefix(query.part);
    case 'and':
    case 'or':
      return query.parts.some(hasPrefix);
    case 'all':
    case 'field':
      return false;
  }
}
