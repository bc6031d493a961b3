import { AbortUpload } from '@soc/contracts/storage/uploads';
import { route } from '@soc/service-kit';
import { dropUpload, type IntakeDeps } from '../intake.ts';
import { findUpload } from './find-upload.ts';

export const abortUploadRoute = (deps: IntakeDeps) =>
  route(AbortUpload, async ({ params, principal }) => {
    const upload = await findUpload(deps.uploads, deps.db.write, principal, params.id);
    await dropUpload(deps, upload);
    return undefined;
  });
