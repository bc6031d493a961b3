import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ObjectStore, StoredPart } from '../../ports/object-store.ts';
import { hashContent, isExpected, receiveChunks } from '../../receive-content.ts';
import type { PartBuffers } from './part-buffers.ts';
import { headOf } from './s3-holds.ts';
import { keyText, parseUpload, placeIn, uploadText } from './s3-key.ts';
import { encryptionOf, isAbsent, isFull, type S3Settings } from './s3-settings.ts';

type Uploads = Pick<ObjectStore, 'startUpload' | 'putPart' | 'completeUpload' | 'abortUpload'>;

/** The server's own multipart uploads. A part waits in memory until it is whole, so that its signature says its hash. */
export function createS3Uploads(
  client: S3Client,
  settings: S3Settings,
  buffers: PartBuffers,
  store: Pick<ObjectStore, 'open' | 'remove'>,
): Uploads {
  const { bucket: Bucket } = settings;

  const complete = async (
    { Key, UploadId }: { readonly Key: string; readonly UploadId: string },
    parts: readonly StoredPart[],
  ): Promise<string | undefined> => {
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
      const buffer = await buffers.take();
      try {
        let sizeBytes = 0;
        const maxBytes = Math.min(partBytes, buffer.length);
        const isWhole = await receiveChunks(source, { maxBytes, idleTimeoutMs }, (chunk) => {
          sizeBytes += chunk.copy(buffer, sizeBytes);
          return Promise.resolve();
        });
        if (!isWhole) return { ok: false, refusal: 'too_large' };
        const { ETag } = await client.send(new UploadPartCommand({ ...target, Body: buffer.subarray(0, sizeBytes) }));
        return { ok: true, part: { number, sizeBytes, tag: ETag ?? '' } };
      } catch (error) {
        if (isAbsent(error)) return { ok: false, refusal: 'no_upload' };
        if (isFull(error)) return { ok: false, refusal: 'no_space' };
        if (source.errored) return { ok: false, refusal: 'interrupted' };
        throw error;
      } finally {
        buffers.give(buffer);
      }
    },

    completeUpload: async ({ upload }, parts, { expected, observe }) => {
      const key = await complete(parseUpload(upload), parts);
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
