import { EvidenceStored } from '@soc/contracts';
import { type EvidenceObject, StoreObject } from '@soc/contracts/storage/objects';
import { badRequest, type HttpProblem, route, tooLarge, unavailable, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import type { PutOutcome } from '../ports/object-store.ts';

/** Longest silence in the middle of an upload. */
const IDLE_TIMEOUT_MS = 60_000;

type Refusal = Extract<PutOutcome, { readonly ok: false }>['refusal'];

function problemOf(refusal: Refusal): HttpProblem {
  switch (refusal) {
    case 'too_large':
      return tooLarge('storage.object_too_large', 'the object is larger than this installation accepts');
    case 'no_space':
      return unavailable('storage.no_space', 'the evidence store has no room for this object');
    case 'interrupted':
      return badRequest('request.interrupted', 'the body ended too early');
  }
}

const mediaTypeOf = (header: string | undefined): string | undefined =>
  /^\s*([\w.+-]+\/[\w.+-]+)/.exec(header ?? '')?.[1]?.toLowerCase();

const lengthOf = (header: string | undefined): number | undefined =>
  header === undefined ? undefined : Number(header);

export const storeObjectRoute = ({
  db,
  outbox,
  now,
  evidence,
  objectStore,
  maxObjectBytes,
}: Pick<StorageDeps, 'db' | 'outbox' | 'now' | 'evidence' | 'objectStore' | 'maxObjectBytes'>) =>
  route(StoreObject, async ({ query, principal, request, reply, origin }) => {
    const { tenantId, name, subject } = principal;
    const outcome = await objectStore.put(request.raw, {
      tenantId,
      maxBytes: maxObjectBytes,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      expectedBytes: lengthOf(request.headers['content-length']),
    });
    if (!outcome.ok) {
      // The rest of the body is still on its way and of no use.
      reply.header('connection', 'close');
      throw problemOf(outcome.refusal);
    }
    const { key, sha256, sizeBytes } = outcome.content;
    const storedAt = now().toISOString();
    const object: EvidenceObject = {
      id: uuidv7(now().getTime()),
      tenantId,
      filename: query.filename,
      contentType: query.contentType ?? mediaTypeOf(request.headers['content-type']) ?? 'application/octet-stream',
      sizeBytes,
      sha256,
      incidentId: query.incidentId ?? null,
      alertId: query.alertId ?? null,
      storedBy: name,
      storedAt,
    };
    await db.tx(async (tx) => {
      await evidence.insert(tx, { object, key });
      await evidence.appendCustody(tx, object, {
        action: 'stored',
        actor: name,
        actorId: subject,
        at: storedAt,
        detail: { sha256, sizeBytes },
      });
      const { id, filename, incidentId, alertId } = object;
      await outbox.publish(
        tx,
        EvidenceStored,
        { objectId: id, filename, sha256, sizeBytes, incidentId, alertId, storedBy: name, storedAt },
        { ...origin, subject: id },
      );
    });
    return object;
  });
