import { type ObjectsConfig, partBytesFor, s3SettingsOf } from '../config/objects.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { createFileSystemObjectStore } from './file-system-object-store.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

/** The store that the configuration names. Throws when it says too little of it. */
export function createObjectStore(config: ObjectsConfig, now: () => Date): ObjectStore {
  if (config.EVIDENCE_STORE === 's3') return createS3ObjectStore(s3SettingsOf(config));
  if (config.EVIDENCE_DIR === undefined) throw new Error('EVIDENCE_DIR is required by EVIDENCE_STORE=file_system');
  return createFileSystemObjectStore({
    directory: config.EVIDENCE_DIR,
    minFreeBytes: config.EVIDENCE_MIN_FREE_BYTES,
    partBytes: partBytesFor(config.EVIDENCE_MAX_BYTES),
    now,
  });
}
