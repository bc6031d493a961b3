import { PutUploadPart } from '@soc/contracts/storage/uploads';
import { badRequest, notFound, route, unavailable, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { findUpload, partSize } from './find-upload.ts';

/** Longest silence in the middle of a part. */
const IDLE_TIMEOUT_MS = 60_000;

const wrongSize = (expected: number | undefined) =>
  unprocessable(
    'storage.wrong_part_size',
    expected === undefined ? 'the upload has no part of this number' : `this part has ${expected} bytes`,
  );

export const putUploadPartRoute = ({ db, objectStore, uploads }: Pick<StorageDeps, 'db' | 'objectStore' | 'uploads'>) =>
  route(PutUploadPart, async ({ params: { id, number }, principal, request, reply }) => {
    const upload = await findUpload(uploads, db.write, principal, id);
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
      if (outcome.refusal === 'no_space') throw unavailable('storage.no_space', 'the evidence store has no room');
      if (outcome.refusal === 'interrupted') throw badRequest('request.interrupted', 'the body ended too early');
      throw wrongSize(expectedBytes);
    }
    // What the store has of it is overwritten by the part that is sent again.
    if (outcome.part.sizeBytes !== expectedBytes) throw wrongSize(expectedBytes);
    if (!(await db.tx((tx) => uploads.savePart(tx, upload, outcome.part)))) throw notFound('storage.upload_not_found');
    return { number, sizeBytes: outcome.part.sizeBytes };
  });
