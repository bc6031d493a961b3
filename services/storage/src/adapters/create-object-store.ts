import type { BusLog } from '@soc/messaging';
import { type ObjectsConfig, partBytesFor, s3SettingsOf } from '../config/objects.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { createFileSystemObjectStore } from './file-system-object-store.ts';
import { demandObjectLock } from './s3/s3-bucket.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

/** The store that the configuration names. Throws when it says too little of it, or names one that holds nothing though it must. */
export async function createObjectStore(
  config: ObjectsConfig,
  { now, log }: { readonly now: () => Date; readonly log: BusLog },
): Promise<ObjectStore> {
  if (config.EVIDENCE_STORE === 's3') {
    const settings = s3SettingsOf(config);
    await demandObjectLock(settings, log);
    return createS3ObjectStore(settings);
  }
  if (config.EVIDENCE_DIR === undefined) throw new Error('EVIDENCE_DIR is required by EVIDENCE_STORE=file_system');
  return createFileSystemObjectStore({
    directory: config.EVIDENCE_DIR,
    minFreeBytes: config.EVIDENCE_MIN_FREE_BYTES,
    partBytes: partBytesFor(config.EVIDENCE_MAX_BYTES),
    now,
  });
}
