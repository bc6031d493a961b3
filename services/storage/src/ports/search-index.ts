import type { SearchHit } from '@soc/contracts/storage/search';
import type { Queryable, Tx } from '@soc/db-cluster';
import type { SearchDocument } from '../domain/search-document.ts';
import type { SearchQuery } from '../domain/search-query.ts';

export interface SearchRequest {
  readonly tenantId: string;
  readonly query: SearchQuery;
  readonly kind?: SearchHit['kind'] | undefined;
  readonly severity?: SearchHit['severity'] | undefined;
  /** Event time, from included, to excluded. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The last hit of the page before. */
  readonly after?: { readonly occurredAt: string; readonly id: string } | undefined;
  readonly limitRows: number;
}

/** Finds alerts and incidents. */
export interface SearchIndex {
  /**
   * Puts documents in place of older versions of themselves; an older version never replaces a newer one. `tx` is the
   * transaction that remembers the event: an index of its own may ignore it, since doing it twice is harmless.
   */
  readonly save: (documents: readonly SearchDocument[], tx: Tx) => Promise<void>;
  /** Newest first, at most `limitRows`. `read` is where the caller allows reading. */
  readonly search: (request: SearchRequest, read: Queryable) => Promise<readonly SearchHit[]>;
}
