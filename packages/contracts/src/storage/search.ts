import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, Timestamp, Uuid } from '../primitives.ts';

export const DocumentKind = z.enum(['alert', 'incident']);
export type DocumentKind = z.infer<typeof DocumentKind>;

/** An alert or incident that was found, enough to show it in a list. */
export const SearchHit = z.object({
  kind: DocumentKind,
  id: Uuid,
  title: z.string(),
  severity: Severity,
  status: z.string(),
  /** Where an alert came from; null for an incident. */
  source: z.string().nullable(),
  /** Event time: of an alert when it happened, of an incident when it began. */
  occurredAt: Timestamp,
});
export type SearchHit = z.infer<typeof SearchHit>;

export const Search = endpoint({
  id: 'search',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/search',
  summary:
    'Alerts and incidents by words, "phrases", -exclusions, OR, and exact observables, hashes and ids; newest first',
  permission: 'storage:read',
  query: PageQuery.extend({
    q: z.string().trim().min(1).max(500),
    type: DocumentKind.optional(),
    severity: Severity.optional(),
    from: Timestamp.optional(),
    to: Timestamp.optional(),
  }),
  responses: { 200: page(SearchHit) },
});
