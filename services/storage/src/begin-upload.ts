import { dropUpload, type SweepDeps } from './intake.ts';
import { openUntil } from './domain/upload-life.ts';
import type { ObjectStore, StartedUpload } from './ports/object-store.ts';
import type { OpenUpload, UploadRecord, UploadRepository } from './upload-repository.ts';

export interface BeginDeps extends SweepDeps {
  readonly uploads: SweepDeps['uploads'] & Pick<UploadRepository, 'insertOpen' | 'saveStarted'>;
  readonly objectStore: SweepDeps['objectStore'] & Pick<ObjectStore, 'startUpload'>;
}

/** An upload in parts that is about to begin. */
export type NewUpload = Omit<UploadRecord, 'started' | 'expiresAt'> & { readonly sizeBytes: number };

/** What is open takes room that nobody can see. */
const MAX_OPEN = 100;

/**
 * Begins an upload in parts. Its row is committed before the store is asked, and names the place: what a process that is killed in
 * between has begun is found by it, and swept away. Nobody sees an upload whose beginning is not written down. Undefined when the
 * tenant has too many open.
 */
export async function beginUpload(deps: BeginDeps, upload: NewUpload): Promise<OpenUpload | undefined> {
  const { db, uploads, objectStore } = deps;
  const { startedAt } = upload;
  const row = { ...upload, started: undefined, expiresAt: openUntil.beginning(startedAt) };
  if (!(await db.tx((tx) => uploads.insertOpen(tx, row, MAX_OPEN)))) return undefined;
  let started: StartedUpload | undefined;
  try {
    const begun = await objectStore.startUpload({ tenantId: upload.tenantId, name: upload.id });
    started = begun;
    const expiresAt = openUntil.waiting(startedAt);
    await db.tx((tx) => uploads.saveStarted(tx, { id: upload.id, started: begun, expiresAt }));
    return { ...upload, started: begun, expiresAt };
  } catch (error) {
    await dropUpload(deps, { ...upload, started }).catch(() => undefined); // its row says when it is swept away
    throw error;
  }
}
