import { VerifyObject } from '@soc/contracts/storage/objects';
import { route } from '@soc/service-kit';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StorageDeps } from '../deps.ts';
import { findKeptObject } from './find-kept-object.ts';

async function sha256Of(content: Readable): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(content, hash);
  return hash.digest('hex');
}

export const verifyObjectRoute = ({
  db,
  now,
  evidence,
  objectStore,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>) =>
  route(VerifyObject, async ({ params, principal, consistencyToken, log }) => {
    const { object, key } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    const content = await objectStore.open(key);
    const actualSha256 = content ? await sha256Of(content) : null;
    const intact = actualSha256 === object.sha256;
    if (!intact) log.error({ objectId: object.id, actualSha256 }, 'evidence object is not intact');
    const verifiedAt = now().toISOString();
    await db.tx((tx) =>
      evidence.appendCustody(tx, object, {
        action: 'verified',
        actor: principal.name,
        actorId: principal.subject,
        at: verifiedAt,
        detail: { intact, actualSha256 },
      }),
    );
    return { intact, expectedSha256: object.sha256, actualSha256, verifiedAt };
  });
