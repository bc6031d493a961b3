import { DownloadObject } from '@soc/contracts/storage/objects';
import { gone, HttpProblem, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { rangeOf } from '../domain/byte-range.ts';
import { attachmentNamed } from '../domain/content-disposition.ts';
import { tellingBytes } from '../passed-bytes.ts';
import { findKeptObject } from './find-kept-object.ts';
import { lockForAccess, quarantineDetail } from './lock-for-access.ts';

/** The declared type is not repeated: evidence is hostile by nature, and no browser may be tempted to open it. */
export const downloadObjectRoute = ({
  db,
  now,
  evidence,
  objectStore,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>) =>
  route(DownloadObject, async ({ params, query, principal, consistencyToken, request, reply, log }) => {
    const { object, key } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    const etag = `"${object.sha256}"`;
    const condition = request.headers['if-range'];
    const asked = condition === undefined || condition === etag ? request.headers.range : undefined;
    const decision = rangeOf(asked, object.sizeBytes);
    if (decision.is === 'unsatisfiable') {
      throw new HttpProblem(416, 'request.range_not_satisfiable', `the content has ${object.sizeBytes} bytes`, {
        headers: { 'content-range': `bytes */${object.sizeBytes}` },
      });
    }
    const range = decision.is === 'part' ? decision.range : undefined;
    const content = await objectStore.open(key, range);
    if (!content) {
      log.error({ objectId: object.id, objectKey: key }, 'content of an evidence object is gone');
      throw gone('storage.content_gone', 'the content of this object is no longer in the store');
    }
    try {
      await db.tx(async (tx) => {
        const current = await lockForAccess(evidence, tx, object, {
          acknowledged: query.quarantined === 'acknowledged',
          hint: 'ask with ?quarantined=acknowledged',
        });
        await evidence.appendCustody(tx, object, {
          action: 'downloaded',
          actor: principal.name,
          actorId: principal.subject,
          at: now().toISOString(),
          detail: { ...(range && { first: range.first, last: range.last }), ...quarantineDetail(current) },
        });
      });
    } catch (error) {
      content.destroy();
      throw error;
    }
    return reply
      .code(range ? 206 : 200)
      .headers({
        ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${object.sizeBytes}` }),
        'accept-ranges': 'bytes',
        etag,
        'content-type': 'application/octet-stream',
        'content-length': range ? range.last - range.first + 1 : object.sizeBytes,
        'content-disposition': attachmentNamed(object.filename),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-store',
        // RFC 9530: what the content hashed to when it was stored, for the client to check.
        'repr-digest': `sha-256=:${Buffer.from(object.sha256, 'hex').toString('base64')}:`,
      })
      .send(tellingBytes(content));
  });
