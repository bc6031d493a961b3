import { AbortUpload } from '@soc/contracts/storage/uploads';
import { notFound, route } from '@soc/service-kit';
import { dropUpload, type IntakeDeps } from '../intake.ts';
import { findUpload } from './find-upload.ts';

export const abortUploadRoute = (deps: IntakeDeps) =>
  route(AbortUpload, async ({ params, principal }) => {
    const upload = await findUpload(deps.uploads, deps.db.write, { principal, id: params.id, at: deps.now() });
    // Completed in the meantime: it is evidence.
    if (!(await dropUpload(deps, upload))) throw notFound('storage.upload_not_found');
    return undefined;
  });
