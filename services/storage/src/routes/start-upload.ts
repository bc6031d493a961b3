import { StartUpload } from '@soc/contracts/storage/uploads';
import { route, tooLarge, tooManyRequests, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { beginUpload } from '../begin-upload.ts';
import { toUpload } from './find-upload.ts';

const EXPIRES_AFTER_MS = 7 * 24 * 60 * 60 * 1000;
/** What is open takes room that nobody can see. */
const MAX_OPEN = 100;

export const startUploadRoute = (
  deps: Pick<StorageDeps, 'db' | 'now' | 'objectStore' | 'uploads' | 'maxObjectBytes'>,
) =>
  route(StartUpload, async ({ body, principal }) => {
    const { db, now, uploads, maxObjectBytes } = deps;
    const { tenantId, name, subject } = principal;
    if (body.sizeBytes > maxObjectBytes) {
      throw tooLarge('storage.object_too_large', 'the object is larger than this installation accepts');
    }
    if ((await uploads.count(db.write, tenantId)) >= MAX_OPEN) {
      throw tooManyRequests('storage.too_many_uploads', 'complete or abort some of the uploads that are open', 60);
    }
    const startedAt = now();
    const upload = {
      id: uuidv7(startedAt.getTime()),
      tenantId,
      filename: body.filename,
      contentType: body.contentType ?? 'application/octet-stream',
      sizeBytes: body.sizeBytes,
      sha256: body.sha256 ?? null,
      blake3: body.blake3 ?? null,
      incidentId: body.incidentId ?? null,
      alertId: body.alertId ?? null,
      startedBy: name,
      startedById: subject,
      startedAt: startedAt.toISOString(),
      expiresAt: new Date(startedAt.getTime() + EXPIRES_AFTER_MS).toISOString(),
    };
    return toUpload({ ...upload, started: await beginUpload(deps, upload) }, []);
  });
