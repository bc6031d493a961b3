import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Timestamp, Uuid } from '../primitives.ts';
import { EvidenceObject } from './objects.ts';

const ObjectParams = z.strictObject({ id: Uuid });
const Reason = z.string().trim().min(1).max(500);

export const HoldObject = endpoint({
  id: 'holdObject',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/objects/:id/hold',
  summary:
    'Puts an object on legal hold, and sets until when it is retained, which is only ever put later; recorded in the custody log',
  permission: 'storage:write',
  audit: 'evidence.hold',
  auditFields: ['legalHold', 'retainUntil'],
  params: ObjectParams,
  body: z
    .strictObject({ legalHold: z.literal(true).optional(), retainUntil: Timestamp.optional(), reason: Reason })
    .refine(({ legalHold, retainUntil }) => legalHold !== undefined || retainUntil !== undefined, {
      message: 'name legalHold, retainUntil or both: a reason alone holds nothing',
      path: ['legalHold'],
    }),
  responses: { 200: EvidenceObject },
  errors: {
    404: ['storage.object_not_found'],
    409: ['storage.retention_shortened', 'storage.purge_under_way', 'storage.no_object_lock'],
    410: ['storage.content_gone'],
    422: ['storage.retention_past'],
  },
});

export const ReleaseObject = endpoint({
  id: 'releaseObject',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/objects/:id/hold/release',
  summary: 'Releases an object from legal hold; until when it is retained stays as it is; recorded in the custody log',
  permission: 'evidence:administer',
  audit: 'evidence.release',
  params: ObjectParams,
  body: z.strictObject({ reason: Reason }),
  responses: { 200: EvidenceObject },
  errors: {
    404: ['storage.object_not_found'],
    409: ['storage.purge_under_way'],
    410: ['storage.content_gone'],
  },
});

export const QuarantineObject = endpoint({
  id: 'quarantineObject',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/objects/:id/quarantine',
  summary: 'Sets an object aside; recorded in the custody log',
  permission: 'storage:write',
  audit: 'evidence.quarantine',
  params: ObjectParams,
  body: z.strictObject({ reason: Reason }),
  responses: { 200: EvidenceObject },
  errors: { 404: ['storage.object_not_found'] },
});

export const ClearObject = endpoint({
  id: 'clearObject',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/objects/:id/quarantine/clear',
  summary: 'Takes an object out of quarantine; recorded in the custody log',
  permission: 'evidence:administer',
  audit: 'evidence.clear',
  params: ObjectParams,
  body: z.strictObject({ reason: Reason }),
  responses: { 200: EvidenceObject },
  errors: { 404: ['storage.object_not_found'] },
});

export const IssueObjectUrl = endpoint({
  id: 'issueObjectUrl',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/objects/:id/url',
  summary:
    'A URL of the S3 server that gives the content to whoever holds it, for a while; recorded in the custody log',
  permission: 'storage:read',
  audit: 'evidence.issue_url',
  params: ObjectParams,
  body: z.strictObject({ expiresInS: z.number().int().min(1).max(3600).default(300) }),
  responses: { 201: z.object({ url: z.url(), expiresAt: Timestamp }) },
  errors: {
    404: ['storage.object_not_found'],
    409: ['storage.no_urls'],
    423: ['storage.quarantined'],
  },
});
