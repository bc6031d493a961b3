import type { DocumentKind } from '@soc/contracts/storage/search';
import { z } from 'zod';
import { type CountBounds, type SearchIndex, SearchUnavailableError } from '../../ports/search-index.ts';
import { compileScope, type TenantQuery } from './compile-query.ts';
import { allShards } from './all-shards.ts';
import { failureIn, failureTypeIn, INDEX_MISSING } from './failure-in.ts';
import type { SearchClient } from './search-client.ts';

const Hit = z.object({
  kind: z.string(),
  id: z.string(),
  title: z.string(),
  severity: z.string().nullable(),
  status: z.string().nullable(),
  source: z.string().nullable(),
  alertId: z.string().nullable(),
  incidentId: z.string().nullable(),
  occurredAt: z.string(),
  texts: z.array(z.string()),
});
const Hits = z.object({ hits: z.object({ hits: z.array(z.object({ _source: Hit })) }) });
const Total = z.object({ value: z.number() });
const Sorted = z.object({
  hits: z.object({ total: Total, hits: z.array(z.object({ sort: z.tuple([z.number(), z.string()]) })) }),
});
const Buckets = z.object({
  buckets: z.array(z.object({ key: z.union([z.string(), z.number()]), doc_count: z.number() })),
});
const Counts = z.object({
  hits: z.object({ total: Total }),
  aggregations: z.record(z.string(), Buckets).optional(),
});

const TIMEOUT_MS = 10_000;
const NEWEST_FIRST = [{ occurredAt: { order: 'desc' } }, { id: { order: 'desc' } }];
/** Values of one index that are counted before those of several are added up. */
const SHARD_VALUES = 10_000;

/** What a server that has no index yet would answer if it had one. */
const NOTHING = { hits: { total: { value: 0 }, hits: [] } };

export interface FindingOptions {
  readonly bounds: CountBounds;
  /** Whether no index was ever made: then nothing is missing. */
  readonly isUnmade: () => Promise<boolean>;
}

type Ask = (query: TenantQuery, rest: object, filters?: readonly object[]) => Promise<unknown>;

/** Asks what the alias finds, of one tenant: all of it, or nothing. What was asked for takes 10 s at most, on the server as well. */
const askThrough =
  (client: SearchClient, readAlias: string, isUnmade: FindingOptions['isUnmade']): Ask =>
  async ({ clause }, rest, filters = []) => {
    const query = { bool: { filter: [clause, ...filters] } };
    const { status, body } = await client.call({
      method: 'POST',
      path: `/${readAlias}/_search?allow_partial_search_results=false`,
      body: JSON.stringify({ query, timeout: `${TIMEOUT_MS}ms`, ...rest }),
      timeoutMs: TIMEOUT_MS,
    });
    if (status >= 300) {
      if (failureTypeIn(body) === INDEX_MISSING && (await isUnmade())) return NOTHING;
      throw failureIn(status, body);
    }
    if (z.object({ timed_out: z.literal(true) }).safeParse(body).success) {
      throw new SearchUnavailableError('the search server was not done in time');
    }
    allShards(body);
    return body;
  };

/** The reading half of the port. */
export function createFinding(
  client: SearchClient,
  readAlias: string,
  { bounds, isUnmade }: FindingOptions,
): Pick<SearchIndex, 'search' | 'facets' | 'histogram'> {
  const ask = askThrough(client, readAlias, isUnmade);
  return {
    search: async ({ after, limitRows, ...scope }) => {
      const answer = await ask(compileScope(scope), {
        size: limitRows,
        track_total_hits: false,
        _source: Hit.keyof().options,
        sort: NEWEST_FIRST,
        ...(after && { search_after: [Date.parse(after.occurredAt), after.id] }),
      });
      // The documents are those that this service wrote: kinds and severities are of their sets.
      return Hits.parse(answer).hits.hits.map(({ _source }) => _source as typeof _source & FoundKinds);
    },
    facets: async ({ fields, limitValues, ...scope }) => {
      const query = compileScope(scope);
      const { isAll, filters } = await newestOnly(ask, query, bounds.facetDocuments);
      const terms = (field: string) => ({
        terms: { field: `fields.${field}`, size: limitValues, shard_size: SHARD_VALUES },
      });
      const aggs = Object.fromEntries(fields.map((field) => [field, terms(field)]));
      const answer = await ask(query, { size: 0, track_total_hits: true, aggs }, filters);
      const { hits, aggregations = {} } = Counts.parse(answer);
      const valuesOf = (field: string) =>
        (aggregations[field]?.buckets ?? []).map(({ key, doc_count }) => ({ value: String(key), count: doc_count }));
      return {
        counted: hits.total.value,
        isComplete: isAll,
        values: Object.fromEntries(fields.map((field) => [field, valuesOf(field)])),
      };
    },
    histogram: async ({ stepS, ...scope }) => {
      const steps = { date_histogram: { field: 'occurredAt', fixed_interval: `${stepS}s`, min_doc_count: 1 } };
      const answer = await ask(compileScope(scope), { size: 0, track_total_hits: false, aggs: { steps } });
      const { aggregations = {} } = z.object({ aggregations: z.record(z.string(), Buckets).optional() }).parse(answer);
      return newestSteps(aggregations['steps']?.buckets ?? [], bounds.histogramDocuments);
    },
  };
}

type FoundKinds = Pick<Awaited<ReturnType<SearchIndex['search']>>[number], 'kind' | 'severity'> & {
  kind: DocumentKind;
};

/** Filters for the newest documents that facets count, and whether they are all; none where the query finds fewer. */
async function newestOnly(
  ask: Ask,
  query: TenantQuery,
  documents: number,
): Promise<{ readonly isAll: boolean; readonly filters: readonly object[] }> {
  const answer = await ask(query, {
    from: documents - 1,
    size: 1,
    track_total_hits: documents + 1,
    _source: false,
    sort: NEWEST_FIRST,
  });
  const { total, hits } = Sorted.parse(answer).hits;
  const isAll = total.value <= documents;
  const [last] = hits;
  if (!last) return { isAll, filters: [] };
  const [atMs, id] = last.sort;
  const at = new Date(atMs).toISOString();
  const isLater = { range: { occurredAt: { gt: at } } };
  const isOfThatMoment = { bool: { filter: [{ term: { occurredAt: at } }, { range: { id: { gte: id } } }] } };
  return { isAll, filters: [{ bool: { should: [isLater, isOfThatMoment], minimum_should_match: 1 } }] };
}

/** As many of the newest as are counted; the earliest step then has only those of its documents. */
function newestSteps(
  buckets: z.infer<typeof Buckets>['buckets'],
  documents: number,
): Awaited<ReturnType<SearchIndex['histogram']>> {
  const steps: { at: string; count: number }[] = [];
  let left = documents;
  for (const { key, doc_count } of buckets.toReversed()) {
    if (left === 0) break;
    const count = Math.min(left, doc_count);
    steps.unshift({ at: new Date(Number(key)).toISOString(), count });
    left -= count;
  }
  const found = buckets.reduce((sum, { doc_count }) => sum + doc_count, 0);
  return { counted: documents - left, isComplete: found <= documents, steps };
}
