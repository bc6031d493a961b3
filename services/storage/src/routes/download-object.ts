import { DownloadObject } from '@soc/contracts/storage/objects';
import { gone, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { attachmentNamed } from '../domain/content-disposition.ts';
import { findKeptObject } from './find-kept-object.ts';

/** The declared type is not repeated: evidence is hostile by nature, and no browser may be tempted to open it. */
export const downloadObjectRoute = ({
  db,
  now,
  evidence,
  objectStore,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>) =>
  route(DownloadObject, async ({ params, principal, consistencyToken, reply, log }) => {
    const { object, key } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    const content = await objectStore.open(key);
    if (!content) {
      log.error({ objectId: object.id, objectKey: key }, 'content of an evidence object is gone');
      throw gone('storage.content_gone', 'the content of this object is no longer in the store');
    }
    try {
      await db.tx((tx) =>
        evidence.appendCustody(tx, object, {
          action: 'downloaded',
          actor: principal.name,
          actorId: principal.subject,
          at: now().toISOString(),
          detail: {},
        }),
      );
    } catch (error) {
      content.destroy();
      throw error;
    }
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': object.sizeBytes,
        'content-disposition': attachmentNamed(object.filename),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-store',
        // RFC 9530: what the content hashed to when it was stored, for the client to check.
        'repr-digest': `sha-256=:${Buffer.from(object.sha256, 'hex').toString('base64')}:`,
      })
      .send(content);
  });
