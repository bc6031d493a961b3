import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, QueryInt, Timestamp, Uuid } from '../primitives.ts';

/** What may have a time after which it goes: documents of the search by their kind, contents of evidence, measured values. */
export const RetentionKind = z.enum(['alert', 'incident', 'comment', 'event', 'evidence', 'metric']);
export type RetentionKind = z.infer<typeof RetentionKind>;

const MAX_DAYS = 36_500;

/** How long a tenant keeps a kind; what has no policy is kept for good. */
export const RetentionPolicy = z.object({
  kind: RetentionKind,
  keepDays: z.number().int().min(1).max(MAX_DAYS),
  updatedBy: z.string(),
  updatedAt: Timestamp,
  /** Not before then is anything removed. */
  nextPurgeAt: Timestamp,
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/** What a purge has removed: everything of a kind from before a time, but what is held. */
export const RetentionPurge = z.object({
  id: Uuid,
  kind: RetentionKind,
  keepDays: z.number().int(),
  before: Timestamp,
  count: z.number().int().min(0),
  /** Old enough, and kept because of a legal hold or a time it is to be retained until. */
  heldCount: z.number().int().min(0),
  /** Old enough, and kept because its chain of custody is broken: nothing can be signed on top of it. */
  brokenCount: z.number().int().min(0),
  /** Of contents of evidence. */
  sizeBytes: z.number().int().min(0),
  startedAt: Timestamp,
  /** Null while it goes on. */
  finishedAt: Timestamp.nullable(),
});
export type RetentionPurge = z.infer<typeof RetentionPurge>;

const KindParams = z.strictObject({ kind: RetentionKind });

export const ListRetention = endpoint({
  id: 'listRetention',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/retention',
  summary: 'How long the tenant keeps what; a kind that is not listed is kept for good',
  permission: 'storage:read',
  responses: { 200: z.object({ items: z.array(RetentionPolicy) }) },
});

export const PutRetention = endpoint({
  id: 'putRetention',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/retention/:kind',
  summary: 'Sets how long a kind is kept; nothing is removed before the next round',
  permission: 'retention:write',
  audit: 'retention.set',
  auditFields: ['keepDays'],
  params: KindParams,
  body: z.strictObject({ keepDays: z.number().int().min(1).max(MAX_DAYS) }),
  responses: { 200: RetentionPolicy },
});

export const DeleteRetention = endpoint({
  id: 'deleteRetention',
  service: 'storage',
  method: 'DELETE',
  url: '/api/v1/storage/retention/:kind',
  summary: 'Keeps a kind for good from now on',
  permission: 'retention:write',
  audit: 'retention.remove',
  params: KindParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['storage.retention_not_found'] },
});

export const PreviewRetention = endpoint({
  id: 'previewRetention',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/retention/:kind/preview',
  summary: 'How much a purge would remove now, and how much a hold would keep; removes nothing',
  permission: 'storage:read',
  params: KindParams,
  query: z.strictObject({ keepDays: QueryInt(1, MAX_DAYS) }),
  responses: {
    200: z.object({
      kind: RetentionKind,
      before: Timestamp,
      count: z.number().int().min(0),
      heldCount: z.number().int().min(0),
      sizeBytes: z.number().int().min(0),
    }),
  },
  errors: { 503: ['storage.search_unavailable', 'storage.metrics_unavailable'] },
});

export const ListPurges = endpoint({
  id: 'listPurges',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/retention/purges',
  summary: 'What was purged, newest first',
  permission: 'storage:read',
  query: PageQuery,
  responses: { 200: page(RetentionPurge) },
});
