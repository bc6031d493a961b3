import {
  DeleteObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Hold, ObjectStore } from '../../ports/object-store.ts';
import { parseKey, type S3Place } from './s3-key.ts';
import { factsOf } from './s3-bucket.ts';
import { isAbsent, isDenied, nameOf, type S3Settings } from './s3-settings.ts';

/** What the server says of a content; undefined when it has none. */
export async function headOf(
  client: S3Client,
  Bucket: string,
  place: S3Place,
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await client.send(new HeadObjectCommand({ Bucket, ...place }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const holdIn = (head: HeadObjectCommandOutput): Hold => ({
  legalHold: head.ObjectLockLegalHoldStatus === 'ON',
  retainUntil: head.ObjectLockRetainUntilDate,
});

/** Holds that the server obeys, whoever asks it to remove a content. */
export function createS3Holds(client: S3Client, settings: S3Settings): Pick<ObjectStore, 'hold' | 'holdOf' | 'remove'> {
  const { bucket: Bucket, lockMode } = settings;
  return {
    holdOf: async (key) => {
      const head = await headOf(client, Bucket, parseKey(key));
      return head && holdIn(head);
    },

    hold: async (key, { legalHold, retainUntil }) => {
      const place = parseKey(key);
      const head = await headOf(client, Bucket, place);
      if (!head) return 'absent';
      const before = holdIn(head);
      if (retainUntil && before.retainUntil && retainUntil < before.retainUntil) return 'shortened';
      const target = { Bucket, ...place };
      try {
        if (legalHold !== undefined && legalHold !== before.legalHold) {
          const LegalHold = { Status: legalHold ? ('ON' as const) : ('OFF' as const) };
          await client.send(new PutObjectLegalHoldCommand({ ...target, LegalHold }));
        }
        if (retainUntil) {
          const Retention = { Mode: lockMode, RetainUntilDate: retainUntil };
          await client.send(new PutObjectRetentionCommand({ ...target, Retention }));
        }
        return 'set';
      } catch (error) {
        const isRefused = nameOf(error) === 'InvalidRequest';
        if (isRefused && (await factsOf(client, Bucket)).objectLock === false) return 'no_lock';
        throw error;
      }
    },

    remove: async (key) => {
      const place = parseKey(key);
      const head = await headOf(client, Bucket, place);
      if (!head) return 'absent';
      // Without its version, a deletion would only hide it.
      const VersionId = place.VersionId ?? head.VersionId;
      try {
        await client.send(new DeleteObjectCommand({ Bucket, Key: place.Key, ...(VersionId && { VersionId }) }));
        return 'removed';
      } catch (error) {
        const { legalHold, retainUntil } = holdIn(head);
        // The server's word, not ours; what it refuses for another reason is a fault.
        if (isDenied(error) && (legalHold || retainUntil)) return 'held';
        throw error;
      }
    },
  };
}
