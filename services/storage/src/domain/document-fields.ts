import type { SearchField } from '@soc/contracts/storage/search';
import { keyword } from './query/keyword.ts';

/** Fields that hold values to be met whole; the others are `title`, `score` and `occurredAt`. */
export type KeywordField = Exclude<SearchField, 'title' | 'score' | 'occurredAt'>;

/** Values as `keyword()` makes them. */
export type DocumentFields = Readonly<Partial<Record<KeywordField, readonly string[]>>>;

/** Values of all fields of a document together; what is beyond is not found by its field. */
const MAX_VALUES = 256;

/** The values of each field, each once and as they are asked for. */
export function documentFields(given: readonly (readonly [KeywordField, readonly string[]])[]): DocumentFields {
  const fields = new Map<KeywordField, Set<string>>();
  let count = 0;
  for (const [field, values] of given) {
    const known = fields.get(field) ?? new Set();
    for (const value of values.map(keyword)) {
      if (value === '' || known.has(value) || count === MAX_VALUES) continue;
      known.add(value);
      count++;
    }
    if (known.size > 0) fields.set(field, known);
  }
  return Object.fromEntries([...fields].map(([field, values]) => [field, [...values]]));
}
