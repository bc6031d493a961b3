import { IssueObjectUrl } from '@soc/contracts/storage/object-controls';
import { conflict, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { attachmentNamed } from '../domain/content-disposition.ts';
import { findKeptObject } from './find-kept-object.ts';
import { lockForAccess } from './lock-for-access.ts';

export const issueObjectUrlRoute = ({
  db,
  now,
  evidence,
  objectStore,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>) =>
  route(IssueObjectUrl, async ({ params, body, principal, consistencyToken }) => {
    const { object, key } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    const at = now();
    const expiresAt = new Date(at.getTime() + body.expiresInS * 1000).toISOString();
    const disposition = attachmentNamed(object.filename);
    const url = await objectStore.presign(key, { expiresInS: body.expiresInS, disposition });
    return db.tx(async (tx) => {
      // To nobody by URL, whatever they know: whoever holds it would have the content.
      await lockForAccess(evidence, tx, object, { acknowledged: false });
      if (url === undefined) throw conflict('storage.no_urls', 'this evidence store gives no URLs');
      await evidence.appendCustody(tx, object, {
        action: 'url_issued',
        actor: principal.name,
        actorId: principal.subject,
        at: at.toISOString(),
        detail: { expiresAt },
      });
      return { url, expiresAt };
    });
  });
