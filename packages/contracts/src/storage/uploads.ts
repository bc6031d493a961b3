import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Timestamp, Uuid } from '../primitives.ts';
import { Blake3, EvidenceObject, MediaType, Sha256 } from './objects.ts';

const UPLOAD_NOT_FOUND = { 404: ['storage.upload_not_found'] } as const;
const UploadParams = z.strictObject({ id: Uuid });

/** Hashing what came takes as long as reading it. */
const COMPLETE_WITHIN_MS = 60 * 60 * 1000;

export const UploadPart = z.object({ number: z.number().int().min(1), sizeBytes: z.number().int().min(0) });
export type UploadPart = z.infer<typeof UploadPart>;

/**
 * An upload in parts: each of `partBytes`, the last of what is left. What has arrived need not be sent again. It is the business of
 * who began it, and of who may `evidence:administer`; to others it is not there.
 */
export const Upload = z.object({
  id: Uuid,
  partBytes: z.number().int().min(1),
  sizeBytes: z.number().int().min(1),
  /** Of those that have arrived, by number. */
  parts: z.array(UploadPart),
  startedAt: Timestamp,
  /** What is not completed by then is removed: a day after its beginning, a week once a part has come. */
  expiresAt: Timestamp,
});
export type Upload = z.infer<typeof Upload>;

export const StartUpload = endpoint({
  id: 'startUpload',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/uploads',
  summary: 'Begins an upload in parts, which may be resumed after an interruption',
  permission: 'storage:write',
  body: z.strictObject({
    filename: z.string().trim().min(1).max(255),
    contentType: MediaType.optional(),
    sizeBytes: z.number().int().min(1),
    incidentId: Uuid.optional(),
    alertId: Uuid.optional(),
    /** What the content hashes to, if the sender knows: anything else is refused. */
    sha256: Sha256.optional(),
    blake3: Blake3.optional(),
  }),
  responses: { 201: Upload },
  errors: { 413: ['storage.object_too_large'], 429: ['storage.too_many_uploads'] },
});

export const GetUpload = endpoint({
  id: 'getUpload',
  service: 'storage',
  method: 'GET',
  url: '/api/v1/storage/uploads/:id',
  summary: 'What has arrived of an upload',
  permission: 'storage:write',
  params: UploadParams,
  responses: { 200: Upload },
  errors: UPLOAD_NOT_FOUND,
});

export const PutUploadPart = endpoint({
  id: 'putUploadPart',
  service: 'storage',
  method: 'PUT',
  url: '/api/v1/storage/uploads/:id/parts/:number',
  summary: 'Stores the request body as one part, in any order; one that is sent again replaces the first',
  permission: 'storage:write',
  params: z.strictObject({ id: Uuid, number: z.coerce.number().int().min(1).max(10_000) }),
  bodyKind: 'stream',
  responses: { 200: UploadPart },
  errors: { ...UPLOAD_NOT_FOUND, 422: ['storage.wrong_part_size'], 503: ['storage.no_space', 'storage.busy'] },
});

export const CompleteUpload = endpoint({
  id: 'completeUpload',
  service: 'storage',
  method: 'POST',
  url: '/api/v1/storage/uploads/:id/complete',
  summary: 'Makes evidence of an upload whose parts have all arrived, after hashing it',
  permission: 'storage:write',
  audit: 'evidence.store',
  params: UploadParams,
  timeoutMs: COMPLETE_WITHIN_MS,
  responses: { 201: EvidenceObject },
  errors: {
    ...UPLOAD_NOT_FOUND,
    409: ['storage.upload_incomplete'],
    415: ['storage.type_refused'],
    422: ['storage.wrong_hash'],
    503: ['storage.no_space'],
  },
});

export const AbortUpload = endpoint({
  id: 'abortUpload',
  service: 'storage',
  method: 'DELETE',
  url: '/api/v1/storage/uploads/:id',
  summary: 'Gives an upload up and removes what has arrived',
  permission: 'storage:write',
  audit: 'upload.abort',
  params: UploadParams,
  responses: { 204: z.undefined() },
  errors: UPLOAD_NOT_FOUND,
});
