import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, TenantId, Timestamp, Uuid } from '../primitives.ts';
import { CustodyEntry } from './custody.ts';

const NOT_FOUND = { 404: ['storage.object_not_found'] } as const;
const ObjectParams = z.strictObject({ id: Uuid });

/** Lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** Lower-case hex. */
export const Blake3 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

export const MediaType = z
  .string()
  .max(127)
  .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type without parameters');

/**
 * `type_mismatch`: the bytes are of another kind than was claimed. `polyglot`: they are of several kinds at once. `executable`,
 * `active_content` (scripts, macros) and `archive_bomb` (unpacks to far more than it is) by what the bytes show; nothing is unpacked.
 */
export const EvidenceWarning = z.enum(['type_mismatch', 'polyglot', 'executable', 'active_content', 'archive_bomb']);
export type EvidenceWarning = z.infer<typeof EvidenceWarning>;

/** A file kept as evidence. Its content never changes; its name is a label and no path. */
export const EvidenceObject = z.object({
  id: Uuid,
  tenantId: TenantId,
  filename: z.string(),
  contentType: z.string(),
  sizeBytes: z.number().int().min(0),
  sha256: Sha256,
  /** Null for what was stored before there was a second hash. */
  blake3: Blake3.nullable(),
  incidentId: Uuid.nullable(),
  alertId: Uuid.nullable(),
  /** Who stored it, by name at that time. */
  storedBy: z.string(),
  storedAt: Timestamp,
  /** What its bytes say it is, whatever `contentType` claims. */
  detectedType: z.string(),
  /** Why to be careful with it. */
  warnings: z.array(EvidenceWarning),
  /** Why its content is not given out; null when it is. */
  quarantineReason: z.string().nullable(),
  /** Nothing removes it while this is true, whatever its retention. */
  legalHold: z.boolean(),
  /** Nothing removes it before; only ever put later. */
  retainUntil: Timestamp.nullable(),
  /** When its content was removed by a policy of retention; what is known of it and its custody stay. */
  purgedAt: Timestamp.nullable(),
});
export type EvidenceObject = z.infer<typeof EvidenceObject>;

/** Whether the content still has the hashes it was stored with; what is actual is null when the content is gone. */
export const Verification = z.object({
  intact: z.boolean(),
  expectedSha256: Sha256,
  actualSha256: Sha256.nullable(),
  /** Null for what was stored before there was a second hash. */
  expectedBlake3: Blake3.nullable(),
  actualBlake3: Blake3.nullable(),
  verifiedAt: Timestamp,
  /** Of the entries before this one: how many they are, how many a signature covers, and the first thing that is wrong. */
  custody: z.object({
    intact: z.boolean(),
    entries: z.number().int().min(0),
    signedEntries: z.number().int().min(0),
    finding: z.string().nullable(),
  }),
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
    contentType: MediaType.optional(),
    incidentId: Uuid.optional(),
    alertId: Uuid.optional(),
    /** What the content hashes to, if the sender knows: anything else is refused. */
    sha256: Sha256.optional(),
    blake3: Blake3.optional(),
  }),
  bodyKind: 'stream',
  responses: { 201: EvidenceObject },
  errors: {
    413: ['storage.object_too_large'],
    415: ['storage.type_refused'],
    422: ['storage.wrong_hash'],
    503: ['storage.no_space', 'storage.busy'],
  },
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
  summary: 'The content, or the part that `Range` asks for (206), always as an attachment; recorded in the custody log',
  permission: 'storage:read',
  audit: 'evidence.download',
  params: ObjectParams,
  /** What is in quarantine is given to who says that they know. */
  query: z.strictObject({ quarantined: z.literal('acknowledged').optional() }),
  responses: { 200: z.unknown() },
  produces: 'application/octet-stream',
  errors: {
    ...NOT_FOUND,
    410: ['storage.content_gone'],
    416: ['request.range_not_satisfiable'],
    423: ['storage.quarantined'],
  },
});

export const VerifyObject = endpoint({
  id: 'verifyObject',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/objects/:id/verify',
  summary: 'Hashes the content again and compares, and verifies the custody so far; recorded in the custody log',
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
