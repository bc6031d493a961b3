import { VerifyObject } from '@soc/contracts/storage/objects';
import { route } from '@soc/service-kit';
import { CustodyBrokenError } from '../custody/append-custody.ts';
import { verifyCustody } from '../custody/verify-custody.ts';
import type { StorageDeps } from '../deps.ts';
import { hashContent } from '../receive-content.ts';
import { findKeptObject } from './find-kept-object.ts';

export const verifyObjectRoute = ({
  db,
  now,
  evidence,
  objectStore,
  custodyKeys,
}: Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore' | 'custodyKeys'>) =>
  route(VerifyObject, async ({ params, principal, consistencyToken, log }) => {
    const { object, key } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    const content = await objectStore.open(key);
    const actual = content && (await hashContent(content));
    const [actualSha256, actualBlake3] = [actual?.sha256 ?? null, actual?.blake3 ?? null];
    const hasBlake3 = object.blake3 === null || actualBlake3 === object.blake3;
    const intact = actualSha256 === object.sha256 && hasBlake3;
    if (!intact && object.purgedAt === null) {
      log.error({ objectId: object.id, actualSha256 }, 'evidence object is not intact');
    }
    const { finding = null, ...counts } = await verifyCustody(db.write, object.id, custodyKeys.publicKeys);
    if (finding !== null) log.error({ objectId: object.id, finding }, 'custody of an evidence object is not intact');
    const custody = { intact: finding === null, ...counts, finding };
    const verifiedAt = now().toISOString();
    const detail = { intact, actualSha256, actualBlake3, custodyIntact: custody.intact, finding };
    const entry = {
      action: 'verified' as const,
      actor: principal.name,
      actorId: principal.subject,
      at: verifiedAt,
      detail,
    };
    try {
      await db.tx((tx) => evidence.appendCustody(tx, object, entry));
    } catch (error) {
      // Who verifies is told what is wrong; that nothing can be appended to it is part of that.
      if (!(error instanceof CustodyBrokenError) || custody.intact) throw error;
    }
    const { sha256: expectedSha256, blake3: expectedBlake3 } = object;
    return { intact, expectedSha256, actualSha256, expectedBlake3, actualBlake3, verifiedAt, custody };
  });
