import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  paginateListParts,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ObjectStore, StoredPart } from '../../ports/object-store.ts';
import { hashContent, isExpected, receiveChunks } from '../../receive-content.ts';
import { NoBufferError, type PartBuffers } from './part-buffers.ts';
import { headOf } from './s3-holds.ts';
import { keyText, parseUpload, placeIn, uploadText } from './s3-key.ts';
import { encryptionOf, isAbsent, isFull, isLostPart, PACE, type S3Settings } from './s3-settings.ts';

type S3Upload = ReturnType<typeof parseUpload>;
type Uploads = Pick<ObjectStore, 'startUpload' | 'putPart' | 'completeUpload' | 'abortUpload'>;

/** The server's own multipart uploads. A part waits in memory until it is whole, so that its signature says its hash. */
export function createS3Uploads(
  client: S3Client,
  settings: S3Settings,
  buffers: PartBuffers,
  store: Pick<ObjectStore, 'open' | 'remove'>,
): Uploads {
  const { bucket: Bucket } = settings;

  /** Which of the parts the server does not have as they were sent. */
  const lostOf = async (target: S3Upload, parts: readonly StoredPart[]): Promise<readonly number[]> => {
    const tags = new Map<number | undefined, string | undefined>();
    for await (const { Parts = [], IsTruncated } of paginateListParts({ client }, { Bucket, ...target })) {
      for (const { PartNumber, ETag } of Parts) tags.set(PartNumber, ETag);
      // Some servers name a next page also after the last.
      if (IsTruncated !== true) break;
    }
    const lost = parts.filter(({ number, tag }) => tags.get(number) !== tag);
    // All, where the server refuses parts that it lists.
    return (lost.length > 0 ? lost : parts).map(({ number }) => number);
  };

  const complete = async ({ Key, UploadId }: S3Upload, parts: readonly StoredPart[]): Promise<string | undefined> => {
    const Parts = parts
      .toSorted((a, b) => a.number - b.number)
      .map(({ number, tag }) => ({ PartNumber: number, ETag: tag }));
    try {
      // Asked first: of an upload that is gone, some servers say that it is being completed.
      await client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
      const command = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
      const { VersionId } = await client.send(command);
      if (VersionId !== undefined) return keyText({ Key, VersionId });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    // Completed before, if there is a content: a place is written to once.
    const head = await headOf(client, Bucket, { Key });
    return head && keyText({ Key, ...(head.VersionId !== undefined && { VersionId: head.VersionId }) });
  };

  return {
    startUpload: async (place) => {
      const { Key } = placeIn(place);
      const { UploadId = '' } = await client.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ...encryptionOf(settings) }),
      );
      return { upload: uploadText(Key, UploadId), partBytes: settings.partBytes };
    },

    putPart: async ({ upload, partBytes }, number, source, { idleTimeoutMs, expectedBytes }) => {
      if ((expectedBytes ?? 0) > partBytes) return { ok: false, refusal: 'too_large' };
      const target = { Bucket, ...parseUpload(upload), PartNumber: number };
      let buffer: Buffer | undefined;
      try {
        const taken = await buffers.take();
        buffer = taken;
        let sizeBytes = 0;
        const maxBytes = Math.min(partBytes, taken.length);
        const isWhole = await receiveChunks(source, { maxBytes, idleTimeoutMs, pace: PACE }, (chunk) => {
          sizeBytes += chunk.copy(taken, sizeBytes);
          return Promise.resolve();
        });
        if (!isWhole) return { ok: false, refusal: 'too_large' };
        const { ETag } = await client.send(new UploadPartCommand({ ...target, Body: taken.subarray(0, sizeBytes) }));
        return { ok: true, part: { number, sizeBytes, tag: ETag ?? '' } };
      } catch (error) {
        if (isAbsent(error)) return { ok: false, refusal: 'no_upload' };
        if (error instanceof NoBufferError) return { ok: false, refusal: 'busy' };
        if (isFull(error)) return { ok: false, refusal: 'no_space' };
        if (source.errored) return { ok: false, refusal: 'interrupted' };
        throw error;
      } finally {
        if (buffer) buffers.give(buffer);
      }
    },

    completeUpload: async ({ upload }, parts, { expected, observe }) => {
      const target = parseUpload(upload);
      let key: string | undefined;
      try {
        key = await complete(target, parts);
      } catch (error) {
        if (isFull(error)) return { ok: false, refusal: 'no_space' };
        if (!isLostPart(error)) throw error;
        return { ok: false, refusal: 'parts_lost', numbers: await lostOf(target, parts) };
      }
      const stored = key === undefined ? undefined : await store.open(key);
      if (key === undefined || !stored) return { ok: false, refusal: 'no_upload' };
      const content = await hashContent(stored, observe);
      if (isExpected(content, expected)) return { ok: true, content: { key, ...content } };
      await store.remove(key);
      return { ok: false, refusal: 'wrong_hash' };
    },

    abortUpload: async ({ upload }) => {
      await client.send(new AbortMultipartUploadCommand({ Bucket, ...parseUpload(upload) })).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    },
  };
}
