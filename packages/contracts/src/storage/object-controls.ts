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
    'Puts an object on legal hold or releases it, and sets until when it is retained; recorded in the custody log',
  permission: 'storage:write',
  audit: 'evidence.hold',
  auditFields: ['legalHold', 'retainUntil'],
  params: ObjectParams,
  body: z.strictObject({ legalHold: z.boolean().optional(), retainUntil: Timestamp.optional(), reason: Reason }),
  responses: { 200: EvidenceObject },
  errors: {
    404: ['storage.object_not_found'],
    409: ['storage.retention_shortened', 'storage.purge_under_way'],
    410: ['storage.content_gone'],
    422: ['storage.retention_past'],
  },
});

export const QuarantineObject = endpoint({
  id: 'quarantineObject',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/objects/:id/quarantine',
  summary: 'Sets an object aside, or clears it with null; recorded in the custody log',
  permission: 'storage:write',
  audit: 'evidence.quarantine',
  params: ObjectParams,
  body: z.strictObject({ reason: Reason.nullable() }),
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
