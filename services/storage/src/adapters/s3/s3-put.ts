import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { PartBuffers } from './part-buffers.ts';
import { encryptionOf, isAbsent, type S3Settings } from './s3-settings.ts';

/** Parts of one upload that are on their way at once, beside the one that fills. */
const PARTS_AT_ONCE = 3;

/** Writes one content, piece by piece. Ended by either `finish` or `giveUp`. */
export interface S3Writer {
  readonly write: (chunk: Buffer) => Promise<void>;
  /** Resolves with the version when the whole content is durable; undefined where the server keeps none. */
  readonly finish: () => Promise<string | undefined>;
  /** Leaves nothing behind. */
  readonly giveUp: () => Promise<void>;
}

/** A content of up to a part is one request; more goes as a multipart upload, part by part. */
export async function createS3Writer(
  client: S3Client,
  settings: S3Settings,
  buffers: PartBuffers,
  Key: string,
): Promise<S3Writer> {
  const target = { Bucket: settings.bucket, Key };
  const sent: Promise<CompletedPart>[] = [];
  const underWay = new Set<Promise<unknown>>();
  /** The first part that the server did not take. */
  let failed: { readonly error: unknown } | undefined;
  let UploadId: string | undefined;
  let buffer: Buffer | undefined = await buffers.take();
  let filled = 0;

  const giveBack = (given: Buffer | undefined): void => {
    if (given) buffers.give(given);
  };
  const sendPart = async (full: Buffer, size: number, PartNumber: number): Promise<CompletedPart> => {
    try {
      const Body = full.subarray(0, size);
      const { ETag } = await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
      return { ETag, PartNumber };
    } finally {
      giveBack(full);
    }
  };
  /** Who sends is told at once, not when they have sent the rest. */
  const demandParts = (): void => {
    if (failed) throw failed.error;
  };
  const flush = async (full: Buffer): Promise<void> => {
    UploadId ??= (await client.send(new CreateMultipartUploadCommand({ ...target, ...encryptionOf(settings) })))
      .UploadId;
    buffer = undefined;
    const part = sendPart(full, filled, sent.length + 1);
    filled = 0;
    sent.push(part);
    const settled = part.then(
      () => undefined,
      (error: unknown) => {
        failed ??= { error };
      },
    );
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    if (underWay.size >= PARTS_AT_ONCE) await Promise.race(underWay);
    demandParts();
  };

  return {
    write: async (chunk) => {
      demandParts();
      for (let at = 0; at < chunk.length;) {
        buffer ??= await buffers.take();
        const copied = chunk.copy(buffer, filled, at);
        at += copied;
        filled += copied;
        if (filled === buffer.length) await flush(buffer);
      }
    },
    finish: async () => {
      if (UploadId === undefined) {
        const Body = buffer?.subarray(0, filled) ?? Buffer.alloc(0);
        const { VersionId } = await client.send(new PutObjectCommand({ ...target, Body, ...encryptionOf(settings) }));
        giveBack(buffer);
        buffer = undefined;
        return VersionId;
      }
      if (buffer && filled > 0) await flush(buffer);
      giveBack(buffer);
      buffer = undefined;
      const Parts = await Promise.all(sent);
      const completed = new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } });
      return (await client.send(completed)).VersionId;
    },
    giveUp: async () => {
      giveBack(buffer);
      buffer = undefined;
      // A part that arrived after the upload was given up would stay.
      await Promise.allSettled(sent);
      if (UploadId === undefined) return;
      await client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    },
  };
}
