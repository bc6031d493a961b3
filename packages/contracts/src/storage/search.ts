import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { commaList } from '../alert/queries.ts';
import { page, PageQuery, QueryInt, Severity, Timestamp, Uuid } from '../primitives.ts';

/** What is searched. An `event` is what a source sent, as it came. */
export const DocumentKind = z.enum(['alert', 'incident', 'comment', 'event', 'evidence']);
export type DocumentKind = z.infer<typeof DocumentKind>;

/**
 * What a query may ask by name, `host:web-01`. `alert` and `incident` are what a document belongs to, or is; `rule` is the id or
 * the name of the rule that fired; `author` wrote a comment or stored evidence.
 */
export const SearchField = z.enum([
  'kind',
  'id',
  'title',
  'severity',
  'status',
  'verdict',
  'assignee',
  'score',
  'source',
  'rule',
  'technique',
  'tactic',
  'tag',
  'user',
  'host',
  'ip',
  'domain',
  'url',
  'email',
  'hash',
  'process',
  'file',
  'author',
  'alert',
  'incident',
  'occurredAt',
]);
export type SearchField = z.infer<typeof SearchField>;

/** A piece of a text in which something was found, cut where the marks begin and end. */
export const Highlight = z.object({
  in: z.enum(['title', 'text']),
  parts: z.array(z.object({ text: z.string(), isMatch: z.boolean() })),
});
export type Highlight = z.infer<typeof Highlight>;

/** Something that was found, enough to show it in a list. */
export const SearchHit = z.object({
  kind: DocumentKind,
  id: Uuid,
  title: z.string(),
  /** Of alerts and incidents. */
  severity: Severity.nullable(),
  status: z.string().nullable(),
  /** Where an alert or an event came from. */
  source: z.string().nullable(),
  /** The alert that it is, or belongs to. */
  alertId: Uuid.nullable(),
  /** The incident that it is, or belongs to. */
  incidentId: Uuid.nullable(),
  /** Event time: of an alert when it happened, of an incident when it began, of the others when they came. */
  occurredAt: Timestamp,
  /** What the query found in the title and the texts; empty where it was found by a field alone. */
  highlights: z.array(Highlight),
});
export type SearchHit = z.infer<typeof SearchHit>;

/** Characters of a query. */
export const QUERY_MAX_CHARS = 2_000;

/** What is searched for. `from` is included, `to` is not. */
const scope = {
  q: z.string().trim().min(1).max(QUERY_MAX_CHARS),
  type: DocumentKind.optional(),
  severity: Severity.optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional(),
};

export const Search = endpoint({
  id: 'search',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/search',
  summary:
    'Alerts, incidents, comments, raw events and evidence by words, "phrases", field:value, ranges, wildcards*, and/or/not and parentheses; newest first',
  permission: 'storage:read',
  query: PageQuery.extend(scope),
  responses: { 200: page(SearchHit) },
  errors: { 503: ['storage.search_unavailable'] },
});

/** Fields whose values are counted. */
export const FacetField = SearchField.exclude(['title', 'score', 'occurredAt']);
export type FacetField = z.infer<typeof FacetField>;

/**
 * What was counted. Where more than 10,000 are found, only the newest are, and `isComplete` is false: of a histogram the first step is
 * then a part of what is found in it, and before it nothing was counted.
 */
const counted = { counted: z.number().int().min(0), isComplete: z.boolean() };

export const SearchFacets = endpoint({
  id: 'searchFacets',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/search/facets',
  summary: 'The most frequent values of fields among what a query finds, of at most the 10,000 newest',
  permission: 'storage:read',
  query: z.strictObject({
    ...scope,
    fields: commaList(FacetField).pipe(z.array(FacetField).max(10)),
    /** Values of each field, 10 when absent. */
    size: QueryInt(1, 100).optional(),
  }),
  responses: {
    200: z.object({
      ...counted,
      facets: z.array(
        z.object({
          field: FacetField,
          /** The most frequent first. In lower case, as `field:"value"` finds it. */
          values: z.array(z.object({ value: z.string(), count: z.number().int().min(1) })),
        }),
      ),
    }),
  },
  errors: { 503: ['storage.search_unavailable'] },
});

export const SearchHistogram = endpoint({
  id: 'searchHistogram',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/search/histogram',
  summary: 'How much a query finds over time, of at most the 10,000 newest; steps without any are left out',
  permission: 'storage:read',
  query: z.strictObject({
    ...scope,
    from: Timestamp,
    to: Timestamp,
    /** Seconds. */
    step: QueryInt(1, 31_536_000),
  }),
  responses: {
    200: z.object({
      ...counted,
      stepS: z.number().int(),
      items: z.array(z.object({ at: Timestamp, count: z.number().int().min(1) })),
    }),
  },
  errors: { 422: ['storage.too_many_steps', 'storage.empty_range'], 503: ['storage.search_unavailable'] },
});
