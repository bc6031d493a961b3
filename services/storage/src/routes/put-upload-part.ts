import { PutUploadPart } from '@soc/contracts/storage/uploads';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { openUntil } from '../domain/upload-life.ts';
import { problemOf } from '../intake.ts';
import { findUpload, partSize } from './find-upload.ts';

/** Longest silence in the middle of a part. */
const IDLE_TIMEOUT_MS = 60_000;

const wrongSize = (expected: number | undefined) =>
  unprocessable(
    'storage.wrong_part_size',
    expected === undefined ? 'the upload has no part of this number' : `this part has ${expected} bytes`,
  );

export const putUploadPartRoute = ({
  db,
  now,
  objectStore,
  uploads,
}: Pick<StorageDeps, 'db' | 'now' | 'objectStore' | 'uploads'>) =>
  route(PutUploadPart, async ({ params: { id, number }, principal, request, reply }) => {
    const upload = await findUpload(uploads, db.write, { principal, id, at: now() });
    const expectedBytes = partSize(upload, number);
    const announced = request.headers['content-length'];
    if (expectedBytes === undefined || (announced !== undefined && Number(announced) !== expectedBytes)) {
      reply.header('connection', 'close');
      throw wrongSize(expectedBytes);
    }
    const outcome = await objectStore.putPart(upload.started, number, request.raw, {
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      expectedBytes,
    });
    if (!outcome.ok) {
      reply.header('connection', 'close');
      if (outcome.refusal === 'no_upload') throw notFound('storage.upload_not_found');
      throw outcome.refusal === 'too_large' ? wrongSize(expectedBytes) : problemOf(outcome.refusal);
    }
    // What the store has of it is overwritten by the part that is sent again.
    if (outcome.part.sizeBytes !== expectedBytes) throw wrongSize(expectedBytes);
    const part = { ...outcome.part, openUntil: openUntil.receiving(upload.startedAt) };
    if (!(await db.tx((tx) => uploads.savePart(tx, upload, part)))) throw notFound('storage.upload_not_found');
    return { number, sizeBytes: outcome.part.sizeBytes };
  });
