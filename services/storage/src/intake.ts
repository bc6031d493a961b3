import type { EvidenceObject } from '@soc/contracts/storage/objects';
import type { Principal } from '@soc/identity';
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

/** What giving an upload up takes. */
export interface SweepDeps {
  readonly db: Pick<StorageDeps['db'], 'tx'>;
  readonly uploads: Pick<StorageDeps['uploads'], 'giveUp' | 'remove'>;
  readonly objectStore: Pick<StorageDeps['objectStore'], 'abortUpload' | 'discard'>;
}

type SweptUpload = Pick<UploadRecord, 'id' | 'tenantId' | 'started'>;

export function problemOf(refusal: PutRefusal): HttpProblem {
  switch (refusal) {
    case 'too_large':
      return tooLarge('storage.object_too_large', 'the object is larger than this installation accepts');
    case 'no_space':
      return unavailable('storage.no_space', 'the evidence store has no room for this object');
    case 'interrupted':
      return badRequest('request.interrupted', 'the body ended too early');
    case 'busy':
      return unavailable('storage.busy', 'too many uploads at once; send it again a little later');
    case 'wrong_hash':
      return unprocessable('storage.wrong_hash', 'the content does not hash to what was announced');
  }
}

async function discardContent({ objectStore }: Pick<SweepDeps, 'objectStore'>, upload: SweptUpload): Promise<void> {
  if (upload.started) await objectStore.abortUpload(upload.started);
  await objectStore.discard({ tenantId: upload.tenantId, name: upload.id });
}

/**
 * Gives an upload up and removes what has arrived. The row is claimed first: who completes it meanwhile has either taken the row
 * before, and this is false, or makes no evidence. Throws when the store does not remove it; the sweeper asks again.
 */
export async function sweepUpload(deps: SweepDeps, upload: SweptUpload): Promise<boolean> {
  const { db, uploads } = deps;
  if (!(await db.tx((tx) => uploads.giveUp(tx, upload.id)))) return false;
  await discardContent(deps, upload);
  await db.tx((tx) => uploads.remove(tx, upload.id));
  return true;
}

/**
 * As `sweepUpload`, for a request, which is over once the row is claimed: what a store that is away or the retention of a bucket
 * keeps is left to the sweeper, which tells of it.
 */
export async function dropUpload(deps: SweepDeps, upload: SweptUpload): Promise<boolean> {
  const { db, uploads } = deps;
  if (!(await db.tx((tx) => uploads.giveUp(tx, upload.id)))) return false;
  await sweepUpload(deps, upload).catch(() => undefined);
  return true;
}

/**
 * Makes evidence of a content that has arrived, if the policy takes it; throws the refusal otherwise, and nothing is left.
 * Undefined when somebody else has completed the upload, or given it up.
 */
export async function takeIn(
  deps: IntakeDeps,
  upload: UploadRecord,
  arrived: { readonly content: StoredContent; readonly finding: Finding },
  { principal, origin }: { readonly principal: Principal; readonly origin: Origin },
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
  const isTaken = await deps.db.tx(async (tx) => {
    // Whoever deletes the row makes the object.
    if (!(await deps.uploads.take(tx, upload.id))) return false;
    await keepEvidence(deps, tx, { object, key }, { actorId: upload.startedById, completedBy: principal, origin });
    return true;
  });
  if (isTaken) return object;
  // Given up while it was being completed: what was removed then may have come back by this.
  if (!(await deps.evidence.find(deps.db.write, upload.tenantId, upload.id))) await discardContent(deps, upload);
  return undefined;
}
