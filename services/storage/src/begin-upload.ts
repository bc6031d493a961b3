import { dropUpload, type SweepDeps } from './intake.ts';
import type { ObjectStore, StartedUpload } from './ports/object-store.ts';
import type { UploadRecord, UploadRepository } from './upload-repository.ts';

export interface BeginDeps extends SweepDeps {
  readonly uploads: SweepDeps['uploads'] & Pick<UploadRepository, 'insert' | 'saveStarted'>;
  readonly objectStore: SweepDeps['objectStore'] & Pick<ObjectStore, 'startUpload'>;
}

/**
 * Begins an upload in parts. Its row is committed before the store is asked, and names the place: what a process that is killed in
 * between has begun is found by it, and swept away. Nobody sees an upload whose beginning is not written down.
 */
export async function beginUpload(deps: BeginDeps, upload: Omit<UploadRecord, 'started'>): Promise<StartedUpload> {
  const { db, uploads, objectStore } = deps;
  await db.tx((tx) => uploads.insert(tx, { ...upload, started: undefined }));
  let started: StartedUpload | undefined;
  try {
    const begun = await objectStore.startUpload({ tenantId: upload.tenantId, name: upload.id });
    started = begun;
    await db.tx((tx) => uploads.saveStarted(tx, upload.id, begun));
    return begun;
  } catch (error) {
    await dropUpload(deps, { ...upload, started }).catch(() => undefined); // its row says when it is swept away
    throw error;
  }
}
