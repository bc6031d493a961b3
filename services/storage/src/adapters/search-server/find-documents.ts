import type { DocumentKind } from '@soc/contracts/storage/search';
import { z } from 'zod';
import {
  MAX_FACET_DOCUMENTS,
  MAX_HISTOGRAM_DOCUMENTS,
  type SearchIndex,
  SearchUnavailableError,
} from '../../ports/search-index.ts';
import { compileScope, type TenantQuery } from './compile-query.ts';
import { allShards } from './all-shards.ts';
import { type SearchClient, SearchServerError } from './search-client.ts';

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
const Sorted = z.object({ hits: z.object({ hits: z.array(z.object({ sort: z.tuple([z.number(), z.string()]) })) }) });
const Buckets = z.object({
  buckets: z.array(z.object({ key: z.union([z.string(), z.number()]), doc_count: z.number() })),
});
const Counts = z.object({
  hits: z.object({ total: z.object({ value: z.number() }) }),
  aggregations: z.record(z.string(), Buckets).optional(),
});

const TIMEOUT_MS = 10_000;
const NEWEST_FIRST = [{ occurredAt: { order: 'desc' } }, { id: { order: 'desc' } }];
/** Values of one index that are counted before those of several are added up. */
const SHARD_VALUES = 10_000;

type Ask = (query: TenantQuery, rest: object, filters?: readonly object[]) => Promise<unknown>;

/** An index that is missing or closed has documents that would be missing from the answer. */
const HIDDEN: ReadonlySet<string> = new Set(['index_not_found_exception', 'index_closed_exception']);
const Failed = z.object({ error: z.object({ type: z.string(), reason: z.string().nullish() }) });

/** Asks what the alias finds, of one tenant: all of it, or nothing. What was asked for takes 10 s at most, on the server as well. */
const askThrough =
  (client: SearchClient, readAlias: string): Ask =>
  async ({ clause }, rest, filters = []) => {
    const query = { bool: { filter: [clause, ...filters] } };
    const { status, body } = await client.call({
      method: 'POST',
      path: `/${readAlias}/_search?allow_partial_search_results=false`,
      body: JSON.stringify({ query, timeout: `${TIMEOUT_MS}ms`, ...rest }),
      timeoutMs: TIMEOUT_MS,
    });
    if (status >= 300) throw failureOf(status, body);
    if (z.object({ timed_out: z.literal(true) }).safeParse(body).success) {
      throw new SearchUnavailableError('the search server was not done in time');
    }
    allShards(body);
    return body;
  };

function failureOf(status: number, body: unknown): Error {
  const { type, reason } = Failed.safeParse(body).data?.error ?? {};
  const message = `the search server answered ${status}: ${type}: ${reason}`.slice(0, 1_000);
  const isAway = status >= 500 || (type !== undefined && HIDDEN.has(type));
  return isAway ? new SearchUnavailableError(message) : new SearchServerError(message);
}

/** The reading half of the port. */
export function createFinding(
  client: SearchClient,
  readAlias: string,
): Pick<SearchIndex, 'search' | 'facets' | 'histogram'> {
  const ask = askThrough(client, readAlias);
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
      const newest = await newestOnly(ask, query);
      const terms = (field: string) => ({
        terms: { field: `fields.${field}`, size: limitValues, shard_size: SHARD_VALUES },
      });
      const aggs = Object.fromEntries(fields.map((field) => [field, terms(field)]));
      const answer = await ask(query, { size: 0, track_total_hits: true, aggs }, newest);
      const { hits, aggregations = {} } = Counts.parse(answer);
      const valuesOf = (field: string) =>
        (aggregations[field]?.buckets ?? []).map(({ key, doc_count }) => ({ value: String(key), count: doc_count }));
      return {
        counted: hits.total.value,
        isComplete: newest.length === 0,
        values: Object.fromEntries(fields.map((field) => [field, valuesOf(field)])),
      };
    },
    histogram: async ({ stepS, ...scope }) => {
      const steps = { date_histogram: { field: 'occurredAt', fixed_interval: `${stepS}s`, min_doc_count: 1 } };
      const answer = await ask(compileScope(scope), { size: 0, track_total_hits: false, aggs: { steps } });
      const { aggregations = {} } = z.object({ aggregations: z.record(z.string(), Buckets).optional() }).parse(answer);
      return newestSteps(aggregations['steps']?.buckets ?? []);
    },
  };
}

type FoundKinds = Pick<Awaited<ReturnType<SearchIndex['search']>>[number], 'kind' | 'severity'> & {
  kind: DocumentKind;
};

/** A filter for the newest documents that facets count; none where the query finds no more than those. */
async function newestOnly(ask: Ask, query: TenantQuery): Promise<readonly object[]> {
  const answer = await ask(query, {
    from: MAX_FACET_DOCUMENTS - 1,
    size: 1,
    track_total_hits: false,
    _source: false,
    sort: NEWEST_FIRST,
  });
  const [last] = Sorted.parse(answer).hits.hits;
  if (!last) return [];
  const [atMs, id] = last.sort;
  const at = new Date(atMs).toISOString();
  const isLater = { range: { occurredAt: { gt: at } } };
  const isOfThatMoment = { bool: { filter: [{ term: { occurredAt: at } }, { range: { id: { gte: id } } }] } };
  return [{ bool: { should: [isLater, isOfThatMoment], minimum_should_match: 1 } }];
}

/** As many of the newest as are counted; the earliest step then has only those of its documents. */
function newestSteps(buckets: z.infer<typeof Buckets>['buckets']): Awaited<ReturnType<SearchIndex['histogram']>> {
  const steps: { at: string; count: number }[] = [];
  let left = MAX_HISTOGRAM_DOCUMENTS + 1;
  for (const { key, doc_count } of buckets.toReversed()) {
    if (left === 0) break;
    const count = Math.min(left, doc_count);
    steps.unshift({ at: new Date(Number(key)).toISOString(), count });
    left -= count;
  }
  return { counted: MAX_HISTOGRAM_DOCUMENTS + 1 - left, isComplete: left > 0, steps };
}
