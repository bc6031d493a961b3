import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { CompleteUpload } from '@soc/contracts/storage/uploads';
import { conflict, notFound, route, type RouteContext } from '@soc/service-kit';
import { createContentProbe } from '../domain/content-probe.ts';
import { createTurns } from '../in-turn.ts';
import { dropUpload, type IntakeDeps, problemOf, takeIn } from '../intake.ts';
import { findKeptObject } from './find-kept-object.ts';
import { findUpload, partSize } from './find-upload.ts';

export const completeUploadRoute = (deps: IntakeDeps) => {
  const inTurn = createTurns();
  return route(CompleteUpload, (context) => inTurn(context.params.id, () => complete(deps, context)));
};

async function complete(
  deps: IntakeDeps,
  { params, principal, origin }: Pick<RouteContext<typeof CompleteUpload>, 'params' | 'principal' | 'origin'>,
): Promise<EvidenceObject> {
  const { db, evidence, objectStore, uploads } = deps;
  // Completed already: the answer was lost on its way.
  const made = await evidence.find(db.write, principal.tenantId, params.id);
  if (made) return made.object;
  const upload = await findUpload(uploads, db.write, principal, params.id);
  const parts = await uploads.listParts(db.write, upload.id);
  const isWhole = parts.every(({ number, sizeBytes }, index) => {
    return number === index + 1 && sizeBytes === partSize(upload, number);
  });
  if (!isWhole || partSize(upload, parts.length + 1) !== undefined) {
    throw conflict('storage.upload_incomplete', 'not all parts have arrived');
  }
  const probe = createContentProbe();
  const outcome = await objectStore.completeUpload(upload.started, parts, {
    expected: { sha256: upload.sha256 ?? undefined, blake3: upload.blake3 ?? undefined },
    observe: probe.see,
  });
  if (!outcome.ok) {
    if (outcome.refusal === 'no_upload') throw notFound('storage.upload_not_found');
    await dropUpload(deps, upload);
    throw problemOf(outcome.refusal);
  }
  const finding = probe.find(upload.contentType);
  const object = await takeIn(deps, upload, { content: outcome.content, finding }, origin);
  // Somebody who asked at the same time was faster.
  return object ?? (await findKeptObject(evidence, db.write, principal, params.id)).object;
}
