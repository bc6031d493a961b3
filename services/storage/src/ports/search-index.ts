import type { DocumentKind, SearchHit } from '@soc/contracts/storage/search';
import type { Queryable, Tx } from '@soc/db-cluster';
import type { KeywordField } from '../domain/document-fields.ts';
import type { Query } from '../domain/query/query.ts';
import type { SearchDocument } from '../domain/search-document.ts';

/** Which documents are meant: those of one tenant that the query finds, by event time from included, to excluded. */
export interface SearchScope {
  readonly tenantId: string;
  readonly query: Query;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface SearchRequest extends SearchScope {
  /** The last hit of the page before. */
  readonly after?: { readonly occurredAt: string; readonly id: string } | undefined;
  readonly limitRows: number;
}

/** A hit with its texts, in which what was found is marked for people to see (`domain/highlights.ts`). */
export interface FoundDocument extends Omit<SearchHit, 'highlights'> {
  readonly texts: readonly string[];
}

/** `value` is as the index holds it: in lower case. */
export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** What was counted: of a scope that finds more than the bound, as many of the newest as that, and `isComplete` is false. */
export interface Counted {
  readonly counted: number;
  readonly isComplete: boolean;
}

export interface Facets extends Counted {
  /** The most frequent first, then by value. */
  readonly values: Readonly<Partial<Record<KeywordField, readonly FacetValue[]>>>;
}

export interface Histogram extends Counted {
  /** Steps in which something was found, the earliest first; a step begins at a multiple of its length since 1970. */
  readonly steps: readonly { readonly at: string; readonly count: number }[];
}

/** Documents that are counted at most (ADR 0050). */
export interface CountBounds {
  /** A search server pages no deeper than 10,000. */
  readonly facetDocuments: number;
  readonly histogramDocuments: number;
}
export const COUNT_BOUNDS: CountBounds = { facetDocuments: 10_000, histogramDocuments: 10_000 };

/** Which documents are too old. */
export interface SearchPurge {
  readonly tenantId: string;
  readonly kind: DocumentKind;
  /** By event time. */
  readonly before: string;
  /** Counts only. */
  readonly dryRun: boolean;
}

/** Whatever searches is away: what waits for it is not lost, and later it may be asked again. */
export class SearchUnavailableError extends Error {
  override readonly name = 'SearchUnavailableError';
}

/**
 * Finds alerts, incidents, comments, raw events and evidence. `read` is where the caller allows reading, `tx` the transaction
 * that remembers the event: an index of its own may ignore both, since doing a thing twice is harmless.
 */
export interface SearchIndex {
  /** Puts documents in place of older versions of themselves; an older version never replaces a newer one. */
  readonly save: (documents: readonly SearchDocument[], tx: Tx) => Promise<void>;
  /** Newest first, then by id downwards; at most `limitRows`. */
  readonly search: (request: SearchRequest, read: Queryable) => Promise<readonly FoundDocument[]>;
  /** The most frequent values of each field, at most `limitValues`. */
  readonly facets: (
    request: SearchScope & { readonly fields: readonly KeywordField[]; readonly limitValues: number },
    read: Queryable,
  ) => Promise<Facets>;
  readonly histogram: (request: SearchScope & { readonly stepS: number }, read: Queryable) => Promise<Histogram>;
  /** Removes what is too old; tells how much. */
  readonly purge: (purge: SearchPurge, write: Queryable) => Promise<{ readonly count: number }>;
}
