import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { CompleteUpload } from '@soc/contracts/storage/uploads';
import { conflict, type HttpProblem, notFound, route, type RouteContext } from '@soc/service-kit';
import { createContentProbe } from '../domain/content-probe.ts';
import { createTurns } from '../in-turn.ts';
import { dropUpload, type IntakeDeps, problemOf, takeIn } from '../intake.ts';
import type { Principal } from '@soc/identity';
import type { UploadRecord } from '../upload-repository.ts';
import { findOpenUpload, mayGoOn, partSize } from './find-upload.ts';

/** The rest is in what the upload says has arrived. */
const MAX_NUMBERS_TOLD = 20;

export const completeUploadRoute = (deps: IntakeDeps) => {
  const inTurn = createTurns();
  return route(CompleteUpload, (context) => inTurn(context.params.id, () => complete(deps, context)));
};

/** What was completed before, for those who may complete it. Who began it, and who ended it for them, is in its first entry. */
async function findMade({ db, evidence }: IntakeDeps, principal: Principal, id: string) {
  const kept = await evidence.find(db.write, principal.tenantId, id);
  if (!kept) return undefined;
  const [first] = await evidence.listCustody(db.write, { objectId: id, afterSequence: 0, limitRows: 1 });
  return mayGoOn(principal, first?.actorId ?? '') ? kept.object : undefined;
}

async function complete(
  deps: IntakeDeps,
  { params, principal, origin }: Pick<RouteContext<typeof CompleteUpload>, 'params' | 'principal' | 'origin'>,
): Promise<EvidenceObject> {
  const { db, now, objectStore, uploads } = deps;
  // Asked before the evidence: who completes it meanwhile, here or in another process, takes the one and makes the other.
  const open = () => findOpenUpload(uploads, db.write, { principal, id: params.id, at: now() });
  const made = () => findMade(deps, principal, params.id);
  /** Parts are also missing where somebody else has given the upload up, or completed it: that is told then. */
  const incomplete = async (problem: HttpProblem): Promise<EvidenceObject> => {
    const isOpen = (await open()) !== undefined;
    const theirs = await made();
    if (theirs) return theirs;
    throw isOpen ? problem : notFound('storage.upload_not_found');
  };
  const upload = await open();
  // Completed already: the answer was lost on its way.
  const before = await made();
  if (before) return before;
  if (!upload) throw notFound('storage.upload_not_found');
  const parts = await uploads.listParts(db.write, upload.id);
  const isWhole = parts.every(({ number, sizeBytes }, index) => {
    return number === index + 1 && sizeBytes === partSize(upload, number);
  });
  if (!isWhole || partSize(upload, parts.length + 1) !== undefined) {
    return incomplete(conflict('storage.upload_incomplete', 'not all parts have arrived'));
  }
  const probe = createContentProbe();
  const outcome = await objectStore.completeUpload(upload.started, parts, {
    expected: { sha256: upload.sha256 ?? undefined, blake3: upload.blake3 ?? undefined },
    observe: probe.see,
  });
  let object: EvidenceObject | undefined;
  if (outcome.ok) {
    const arrived = { content: outcome.content, finding: probe.find(upload.contentType) };
    object = await takeIn(deps, upload, arrived, { principal, origin });
  } else if (outcome.refusal !== 'no_upload') {
    if (outcome.refusal === 'parts_lost') return incomplete(await tellLost(deps, upload, outcome.numbers));
    if (outcome.refusal === 'wrong_hash') await dropUpload(deps, upload);
    throw problemOf(outcome.refusal);
  }
  // Somebody who asked at the same time was faster.
  object ??= await made();
  if (!object) throw notFound('storage.upload_not_found');
  return object;
}

/** Of parts that the store has lost: they are to be sent again, the others stay. */
async function tellLost(deps: IntakeDeps, { id }: UploadRecord, numbers: readonly number[]): Promise<HttpProblem> {
  await deps.db.tx((tx) => deps.uploads.removeParts(tx, id, numbers));
  const shown = numbers.slice(0, MAX_NUMBERS_TOLD).join(', ') + (numbers.length > MAX_NUMBERS_TOLD ? ', …' : '');
  return conflict('storage.upload_incomplete', `the store no longer has these parts; send them again: ${shown}`);
}
