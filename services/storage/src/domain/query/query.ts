import type { SearchField } from '@soc/contracts/storage/search';

/** What a field must be. Values are as the index holds them: keywords normalised, times as `Date.toISOString()` writes them. */
export type FieldTest =
  | { readonly is: 'equals'; readonly value: string }
  /** `*` stands for any characters, `?` for one; never at the start. */
  | { readonly is: 'pattern'; readonly pattern: string }
  /** Of a field of numbers, or of times as text. */
  | {
      readonly is: 'range';
      readonly gte?: RangeBound;
      readonly gt?: RangeBound;
      readonly lte?: RangeBound;
      readonly lt?: RangeBound;
    }
  | { readonly is: 'exists' };

export type RangeBound = number | string;

/**
 * A query as both adapters compile it. It is within the limits of `limits.ts`: an adapter needs no checks of its own.
 *
 * `words` are lexemes that stand in a row, somewhere in the texts and identifiers of a document or in its title alone; the last
 * one may be the beginning of a word (`prefix`, then there is only one). A `field` test meets the tokens of
 * `SearchDocument.fields`, or the columns that `fields.ts` names.
 */
export type Query =
  | { readonly op: 'all' }
  | { readonly op: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly op: 'not'; readonly part: Query }
  | {
      readonly op: 'words';
      readonly words: readonly string[];
      readonly prefix: boolean;
      readonly in: 'document' | 'title';
    }
  | { readonly op: 'field'; readonly field: Exclude<SearchField, 'title'>; readonly test: FieldTest };

/** What is wrong with a query, and where: `at` counts characters from 1. */
export interface QueryFault {
  readonly at: number;
  readonly message: string;
}

export type ParsedQuery =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly fault: QueryFault };

/** Several queries as one; one alone stays as it is. */
export function joined(op: 'and' | 'or', parts: readonly Query[]): Query {
  const [only] = parts;
  return parts.length === 1 && only ? only : { op, parts };
}
