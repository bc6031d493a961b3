import { VerifyObject } from '@soc/contracts/storage/objects';
import { route } from '@soc/service-kit';
import { hashContent } from '../receive-content.ts';
import type { StorageDeps } from '../deps.ts';
import { findKeptObject } from './find-kept-object.ts';

export const verifyObjectRoute = ({
  db,
  now,
  evidence,
  objectStore,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>) =>
  route(VerifyObject, async ({ params, principal, consistencyToken, log }) => {
    const { object, key } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    const content = await objectStore.open(key);
    const actual = content && (await hashContent(content));
    const [actualSha256, actualBlake3] = [actual?.sha256 ?? null, actual?.blake3 ?? null];
    const hasBlake3 = object.blake3 === null || actualBlake3 === object.blake3;
    const intact = actualSha256 === object.sha256 && hasBlake3;
    if (!intact) log.error({ objectId: object.id, actualSha256 }, 'evidence object is not intact');
    const verifiedAt = now().toISOString();
    await db.tx((tx) =>
      evidence.appendCustody(tx, object, {
        action: 'verified',
        actor: principal.name,
        actorId: principal.subject,
        at: verifiedAt,
        detail: { intact, actualSha256, actualBlake3 },
      }),
    );
    return {
      intact,
      expectedSha256: object.sha256,
      actualSha256,
      expectedBlake3: object.blake3,
      actualBlake3,
      verifiedAt,
    };
  });
