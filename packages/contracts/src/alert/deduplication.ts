import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ObservableType, page, PageQuery, Timestamp } from '../primitives.ts';
import { SourceName } from './ingest.ts';

/**
 * A field that tells one alert of a source from another: `ruleId`, `title` …, all `observables`, those of a type
 * (`observables.host`), or of a type in a role (`observables.ip.source`).
 */
export const FingerprintField = z.union([
  z.enum([
    'title',
    'description',
    'severity',
    'ruleId',
    'ruleName',
    'externalId',
    'tags',
    'techniques',
    'observables',
    ...ObservableType.options.map((type) => `observables.${type}` as const),
  ]),
  z.templateLiteral(['observables.', ObservableType, '.', z.string().regex(/^[\w-]{1,64}$/)]),
]);
export type FingerprintField = z.infer<typeof FingerprintField>;

/** Longest time an alert may absorb others: as `DEDUP_WINDOW_S`. */
const MAX_WINDOW_S = 30 * 86_400;

/** Most sources of a tenant that have settings of their own. */
export const DEDUPLICATION_SOURCES = 1_000;

export const DeduplicationBody = z.strictObject({
  /** In place of what the mapping of the source names. An alert that has none of them is told apart as without settings. */
  fingerprint: z.array(FingerprintField).min(1).max(20).nullable().default(null),
  /** In place of `DEDUP_WINDOW_S`. */
  windowS: z.number().int().min(1).max(MAX_WINDOW_S).nullable().default(null),
  /** Near-duplicates: alerts of the same rule, hosts and users whose 64 bits of simhash differ in no more than this many. Null: none. */
  nearDistance: z.number().int().min(0).max(16).nullable().default(null),
});
export type DeduplicationBody = z.infer<typeof DeduplicationBody>;

/** How the alerts of one source are told apart. */
export const Deduplication = DeduplicationBody.extend({
  source: SourceName,
  updatedAt: Timestamp,
  updatedBy: z.string(),
});
export type Deduplication = z.infer<typeof Deduplication>;

const params = z.strictObject({ source: SourceName });

export const ListDeduplication = endpoint({
  id: 'listDeduplication',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/deduplication',
  summary: 'The sources that have settings of their own for deduplication, by name.',
  permission: 'alerts:read',
  query: PageQuery,
  responses: { 200: page(Deduplication) },
});

export const GetDeduplication = endpoint({
  id: 'getDeduplication',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/deduplication/:source',
  summary: 'How the alerts of one source are told apart, where that was set.',
  permission: 'alerts:read',
  params,
  responses: { 200: Deduplication },
  errors: { 404: ['deduplication.not_set'] },
});

export const PutDeduplication = endpoint({
  id: 'putDeduplication',
  service: 'alert',
  method: 'PUT',
  url: '/api/v1/alerts/deduplication/:source',
  summary: 'Set fingerprint fields, window and near-duplicates of one source; it holds for what arrives from then on.',
  permission: 'alerts:triage',
  audit: 'deduplication.put',
  auditFields: ['fingerprint', 'windowS', 'nearDistance'],
  params,
  body: DeduplicationBody,
  responses: { 200: Deduplication },
  errors: { 409: ['deduplication.too_many'] },
});

export const DeleteDeduplication = endpoint({
  id: 'deleteDeduplication',
  service: 'alert',
  method: 'DELETE',
  url: '/api/v1/alerts/deduplication/:source',
  summary: 'Tell the alerts of a source apart as its mapping says, again.',
  permission: 'alerts:triage',
  audit: 'deduplication.delete',
  params,
  responses: { 204: z.undefined() },
  errors: { 404: ['deduplication.not_set'] },
});
