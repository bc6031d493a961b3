import type { EvidenceObject } from '@soc/contracts/storage/objects';
import type { Origin } from '@soc/messaging';
import {
  badRequest,
  type HttpProblem,
  tooLarge,
  unavailable,
  unprocessable,
  unsupportedMediaType,
} from '@soc/service-kit';
import type { StorageDeps } from './deps.ts';
import { decideIntake } from './domain/evidence-policy.ts';
import type { Finding } from './domain/inspect-content.ts';
import { keepEvidence } from './keep-evidence.ts';
import type { PutRefusal, StoredContent } from './ports/object-store.ts';
import type { UploadRecord } from './upload-repository.ts';

export type IntakeDeps = Pick<
  StorageDeps,
  'db' | 'outbox' | 'now' | 'evidence' | 'objectStore' | 'uploads' | 'evidencePolicy'
>;

export function problemOf(refusal: PutRefusal): HttpProblem {
  switch (refusal) {
    case 'too_large':
      return tooLarge('storage.object_too_large', 'the object is larger than this installation accepts');
    case 'no_space':
      return unavailable('storage.no_space', 'the evidence store has no room for this object');
    case 'interrupted':
      return badRequest('request.interrupted', 'the body ended too early');
    case 'wrong_hash':
      return unprocessable('storage.wrong_hash', 'the content does not hash to what was announced');
  }
}

/** Forgets an upload of which nothing shall stay. */
export async function dropUpload({ db, objectStore, uploads }: IntakeDeps, upload: UploadRecord): Promise<void> {
  if (upload.started) await objectStore.abortUpload(upload.started);
  await objectStore.discard({ tenantId: upload.tenantId, name: upload.id });
  await db.tx((tx) => uploads.remove(tx, upload.id));
}

/**
 * Makes evidence of a content that has arrived, if the policy takes it; throws the refusal otherwise, and nothing is left. Of two
 * who complete the same upload, the second is given undefined.
 */
export async function takeIn(
  deps: IntakeDeps,
  upload: UploadRecord,
  arrived: { readonly content: StoredContent; readonly finding: Finding },
  origin: Origin,
): Promise<EvidenceObject | undefined> {
  const { content, finding } = arrived;
  const decision = decideIntake(deps.evidencePolicy, finding, upload.contentType);
  if (!decision.ok) {
    await dropUpload(deps, upload);
    throw unsupportedMediaType('storage.type_refused', 'this installation takes no evidence of this type');
  }
  const { key, ...described } = content;
  const object: EvidenceObject = {
    ...described,
    id: upload.id,
    tenantId: upload.tenantId,
    filename: upload.filename,
    contentType: upload.contentType,
    detectedType: finding.detectedType,
    warnings: [...finding.warnings],
    quarantineReason: decision.quarantineReason,
    legalHold: false,
    retainUntil: null,
    purgedAt: null,
    incidentId: upload.incidentId,
    alertId: upload.alertId,
    storedBy: upload.startedBy,
    storedAt: deps.now().toISOString(),
  };
  return deps.db.tx(async (tx) => {
    // Whoever deletes the row makes the object.
    if (!(await deps.uploads.remove(tx, upload.id))) return undefined;
    await keepEvidence(deps, tx, { object, key }, { actorId: upload.startedById, origin });
    return object;
  });
}
