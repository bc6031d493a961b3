import { GetUpload } from '@soc/contracts/storage/uploads';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { findUpload, toUpload } from './find-upload.ts';

export const getUploadRoute = ({ db, now, uploads }: Pick<StorageDeps, 'db' | 'now' | 'uploads'>) =>
  route(GetUpload, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const upload = await findUpload(uploads, read, { principal, id: params.id, at: now() });
    return toUpload(upload, await uploads.listParts(read, upload.id));
  });
