import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, TenantId, Timestamp, Uuid } from '../primitives.ts';

const NOT_FOUND = { 404: ['storage.object_not_found'] } as const;
const ObjectParams = z.strictObject({ id: Uuid });

/** Lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** A file kept as evidence. Its content never changes; its name is a label and no path. */
export const EvidenceObject = z.object({
  id: Uuid,
  tenantId: TenantId,
  filename: z.string(),
  contentType: z.string(),
  sizeBytes: z.number().int().min(0),
  sha256: Sha256,
  incidentId: Uuid.nullable(),
  alertId: Uuid.nullable(),
  /** Who stored it, by name at that time. */
  storedBy: z.string(),
  storedAt: Timestamp,
});
export type EvidenceObject = z.infer<typeof EvidenceObject>;

/** An entry of the custody log. `detail` says what was found, e.g. the hash a verification computed. */
export const CustodyEntry = z.object({
  sequence: z.number().int().min(1),
  action: z.enum(['stored', 'downloaded', 'verified']),
  actor: z.string(),
  actorId: z.string(),
  at: Timestamp,
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type CustodyEntry = z.infer<typeof CustodyEntry>;

/** Whether the content still has the hash it was stored with; `actualSha256` is null when the content is gone. */
export const Verification = z.object({
  intact: z.boolean(),
  expectedSha256: Sha256,
  actualSha256: Sha256.nullable(),
  verifiedAt: Timestamp,
});
export type Verification = z.infer<typeof Verification>;

export const StoreObject = endpoint({
  id: 'storeObject',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/objects',
  summary: 'Stores the request body as evidence; the name, and what it belongs to, are in the query',
  permission: 'storage:write',
  audit: 'evidence.store',
  query: z.strictObject({
    filename: z.string().trim().min(1).max(255),
    /** What the client says it is; the request's own Content-Type when absent. */
    contentType: z
      .string()
      .max(127)
      .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type without parameters')
      .optional(),
    incidentId: Uuid.optional(),
    alertId: Uuid.optional(),
  }),
  bodyKind: 'stream',
  responses: { 201: EvidenceObject },
  errors: { 413: ['storage.object_too_large'], 503: ['storage.no_space'] },
});

export const ListObjects = endpoint({
  id: 'listObjects',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/objects',
  summary: 'Evidence of the tenant, newest first',
  permission: 'storage:read',
  query: PageQuery.extend({
    incidentId: Uuid.optional(),
    alertId: Uuid.optional(),
    sha256: Sha256.optional(),
  }),
  responses: { 200: page(EvidenceObject) },
});

export const GetObject = endpoint({
  id: 'getObject',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/objects/:id',
  summary: 'What is known of one evidence object',
  permission: 'storage:read',
  params: ObjectParams,
  responses: { 200: EvidenceObject },
  errors: NOT_FOUND,
});

export const DownloadObject = endpoint({
  id: 'downloadObject',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/objects/:id/content',
  summary: 'The content, always as an attachment; recorded in the custody log',
  permission: 'storage:read',
  audit: 'evidence.download',
  params: ObjectParams,
  responses: { 200: z.unknown() },
  produces: 'application/octet-stream',
  errors: { ...NOT_FOUND, 410: ['storage.content_gone'] },
});

export const VerifyObject = endpoint({
  id: 'verifyObject',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/objects/:id/verify',
  summary: 'Hashes the content again and compares; recorded in the custody log',
  permission: 'storage:read',
  params: ObjectParams,
  responses: { 200: Verification },
  errors: NOT_FOUND,
});

export const ListCustody = endpoint({
  id: 'listCustody',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/objects/:id/custody',
  summary: 'The custody log of an object, oldest first',
  permission: 'storage:read',
  params: ObjectParams,
  query: PageQuery,
  responses: { 200: page(CustodyEntry) },
  errors: NOT_FOUND,
});
