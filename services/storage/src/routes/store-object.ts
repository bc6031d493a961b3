import { type EvidenceObject, StoreObject } from '@soc/contracts/storage/objects';
import { badRequest, type HttpProblem, route, tooLarge, unavailable, unprocessable, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { keepEvidence, UNTOUCHED } from '../keep-evidence.ts';
import type { PutRefusal } from '../ports/object-store.ts';

/** Longest silence in the middle of an upload. */
const IDLE_TIMEOUT_MS = 60_000;

function problemOf(refusal: PutRefusal): HttpProblem {
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
    const place = { tenantId, name: uuidv7(now().getTime()) };
    const outcome = await objectStore.put(request.raw, {
      ...place,
      maxBytes: maxObjectBytes,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      expectedBytes: lengthOf(request.headers['content-length']),
      expected: query,
    });
    if (!outcome.ok) {
      // The rest of the body is still on its way and of no use.
      reply.header('connection', 'close');
      throw problemOf(outcome.refusal);
    }
    const { key, ...content } = outcome.content;
    const object: EvidenceObject = {
      ...content,
      ...UNTOUCHED,
      id: place.name,
      tenantId,
      filename: query.filename,
      contentType: query.contentType ?? mediaTypeOf(request.headers['content-type']) ?? 'application/octet-stream',
      detectedType: 'application/octet-stream',
      warnings: [],
      incidentId: query.incidentId ?? null,
      alertId: query.alertId ?? null,
      storedBy: name,
      storedAt: now().toISOString(),
    };
    try {
      await db.tx((tx) => keepEvidence({ evidence, outbox }, tx, { object, key }, { actorId: subject, origin }));
    } catch (error) {
      await objectStore.discard(place);
      throw error;
    }
    return object;
  });
