import type { Upload } from '@soc/contracts/storage/uploads';
import type { Queryable } from '@soc/db-cluster';
import { isAllowed, type Principal } from '@soc/identity';
import { notFound } from '@soc/service-kit';
import type { StoredPart } from '../ports/object-store.ts';
import type { OpenUpload, UploadRepository } from '../upload-repository.ts';

export interface UploadOf {
  readonly principal: Principal;
  readonly id: string;
  readonly at: Date;
}

/** Whether somebody may go on with what a person or a key has begun: that one, and who looks after evidence. */
export const mayGoOn = (principal: Principal, startedById: string): boolean =>
  principal.subject === startedById || isAllowed(principal, 'evidence:administer');

/** The upload a request names; undefined for one that is not open, or is not theirs to go on with. */
export async function findOpenUpload(
  uploads: UploadRepository,
  read: Queryable,
  { principal, id, at }: UploadOf,
): Promise<OpenUpload | undefined> {
  const upload = await uploads.find(read, principal.tenantId, id, at.toISOString());
  if (!upload || !mayGoOn(principal, upload.startedById)) return undefined;
  const { started, sizeBytes } = upload;
  return started && typeof sizeBytes === 'number' ? { ...upload, started, sizeBytes } : undefined;
}

/** As `findOpenUpload`, and throws the 404. */
export async function findUpload(uploads: UploadRepository, read: Queryable, of: UploadOf): Promise<OpenUpload> {
  const upload = await findOpenUpload(uploads, read, of);
  if (!upload) throw notFound('storage.upload_not_found');
  return upload;
}

export const toUpload = (upload: OpenUpload, parts: readonly StoredPart[]): Upload => ({
  id: upload.id,
  partBytes: upload.started.partBytes,
  sizeBytes: upload.sizeBytes,
  parts: parts.map(({ number, sizeBytes }) => ({ number, sizeBytes })),
  startedAt: upload.startedAt,
  expiresAt: upload.expiresAt,
});

/** How large the part of this number is; undefined when there is none. */
export function partSize({ sizeBytes, started: { partBytes } }: OpenUpload, number: number): number | undefined {
  const left = sizeBytes - (number - 1) * partBytes;
  return left <= 0 ? undefined : Math.min(left, partBytes);
}
