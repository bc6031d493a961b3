import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ContentPlace, ObjectStore, PutOutcome } from '../ports/object-store.ts';
import { receiveContent } from '../receive-content.ts';
import { createBucketCheck } from './s3/s3-bucket.ts';
import { createPartBuffers, NoBufferError, type PartBuffers } from './s3/part-buffers.ts';
import { createS3Holds } from './s3/s3-holds.ts';
import { keyText, parseKey, placeIn } from './s3/s3-key.ts';
import { createS3Writer, type S3Writer } from './s3/s3-put.ts';
import { createS3Client, isAbsent, isFull, PACE, type S3Settings } from './s3/s3-settings.ts';
import { createS3Uploads } from './s3/s3-uploads.ts';

/** Of all uploads together: 96 MiB with parts of 8. */
const BUFFERS = 12;
/** Longest that an upload waits for one of them. */
const BUFFER_WITHIN_MS = 30_000;

const put =
  (client: S3Client, settings: S3Settings, buffers: PartBuffers): ObjectStore['put'] =>
  async (source, options): Promise<PutOutcome> => {
    const { Key } = placeIn(options);
    if ((options.expectedBytes ?? 0) > options.maxBytes) return { ok: false, refusal: 'too_large' };
    let writer: S3Writer | undefined;
    let isKept = false;
    try {
      writer = await createS3Writer(client, settings, buffers, Key);
      const received = await receiveContent(source, { ...options, pace: PACE }, writer.write);
      if (!received.ok) return received;
      const { ok, ...content } = received;
      const VersionId = await writer.finish();
      isKept = true;
      return { ok, content: { key: keyText({ Key, ...(VersionId !== undefined && { VersionId }) }), ...content } };
    } catch (error) {
      if (error instanceof NoBufferError) return { ok: false, refusal: 'busy' };
      if (isFull(error)) return { ok: false, refusal: 'no_space' };
      if (source.errored) return { ok: false, refusal: 'interrupted' };
      throw error;
    } finally {
      if (!isKept) await writer?.giveUp();
    }
  };

/** Removes every version and every unfinished upload of a place. */
const discard =
  (client: S3Client, Bucket: string) =>
  async (place: ContentPlace): Promise<void> => {
    const { Key } = placeIn(place);
    const within = { Bucket, Prefix: Key };
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(within));
    for (const { UploadId } of Uploads) await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand(within));
    for (const { VersionId } of [...Versions, ...DeleteMarkers]) {
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    }
  };

/**
 * Evidence in a bucket with versions and object lock, under `<tenant>/<two digits>/<uuid>`. A key names the version that was
 * written: what somebody writes over it later is another. Holds are the server's, which refuses to remove what is held.
 */
export function createS3ObjectStore(settings: S3Settings): ObjectStore {
  const client = createS3Client(settings);
  const outside = settings.publicEndpoint === undefined ? client : createS3Client(settings, settings.publicEndpoint);
  const buffers = createPartBuffers(settings.partBytes, BUFFERS, BUFFER_WITHIN_MS);
  const { bucket: Bucket } = settings;

  const open: ObjectStore['open'] = async (key, range) => {
    const place = parseKey(key);
    try {
      const Range = range && `bytes=${range.first}-${range.last}`;
      const { Body } = await client.send(new GetObjectCommand({ Bucket, ...place, Range }));
      if (Body instanceof Readable) return Body;
      throw new Error('the server gave no content');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const holds = createS3Holds(client, settings);
  const bucketCheck = createBucketCheck(client, settings);

  return {
    put: put(client, settings, buffers),
    open,
    ...holds,
    discard: discard(client, Bucket),
    ...createS3Uploads(client, settings, buffers, { open, remove: holds.remove }),
    presign: (key, { expiresInS, disposition }) => {
      const shown = { ResponseContentDisposition: disposition, ResponseContentType: 'application/octet-stream' };
      return getSignedUrl(outside, new GetObjectCommand({ Bucket, ...parseKey(key), ...shown }), {
        expiresIn: expiresInS,
      });
    },
    check: async () => {
      await client.send(new HeadBucketCommand({ Bucket }));
      return { store: 's3', bucket: Bucket, ...(await bucketCheck()) };
    },
    sweep: () => Promise.resolve(),
  };
}
