import { StartUpload } from '@soc/contracts/storage/uploads';
import { route, tooLarge, tooManyRequests, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { beginUpload } from '../begin-upload.ts';
import { toUpload } from './find-upload.ts';

export const startUploadRoute = (
  deps: Pick<StorageDeps, 'db' | 'now' | 'objectStore' | 'uploads' | 'maxObjectBytes'>,
) =>
  route(StartUpload, async ({ body, principal }) => {
    const { now, maxObjectBytes } = deps;
    const { tenantId, name, subject } = principal;
    if (body.sizeBytes > maxObjectBytes) {
      throw tooLarge('storage.object_too_large', 'the object is larger than this installation accepts');
    }
    const startedAt = now();
    const upload = await beginUpload(deps, {
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
    });
    if (!upload) {
      throw tooManyRequests('storage.too_many_uploads', 'complete or abort some of the uploads that are open', 60);
    }
    return toUpload(upload, []);
  });
