import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, Timestamp, Uuid } from '../primitives.ts';

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
});
export type SearchHit = z.infer<typeof SearchHit>;

/** Characters of a query. */
export const QUERY_MAX_CHARS = 2_000;

export const Search = endpoint({
  id: 'search',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/search',
  summary:
    'Alerts, incidents, comments, raw events and evidence by words, "phrases", field:value, ranges, wildcards*, and/or/not and parentheses; newest first',
  permission: 'storage:read',
  query: PageQuery.extend({
    q: z.string().trim().min(1).max(QUERY_MAX_CHARS),
    type: DocumentKind.optional(),
    severity: Severity.optional(),
    from: Timestamp.optional(),
    to: Timestamp.optional(),
  }),
  responses: { 200: page(SearchHit) },
});
