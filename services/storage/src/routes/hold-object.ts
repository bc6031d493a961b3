import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { HoldObject } from '@soc/contracts/storage/object-controls';
import type { Tx } from '@soc/db-cluster';
import { conflict, gone, notFound, route, type RouteContext, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import type { Hold } from '../ports/object-store.ts';

type HoldDeps = Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>;
type HoldContext = Pick<RouteContext<typeof HoldObject>, 'params' | 'body' | 'principal'>;

/**
 * What holds is set in the store first, which obeys it, then in the row that shows it; what is released goes the other way round,
 * once the row and the custody entry are committed. So the store holds at least what is shown, and each may be asked again.
 */
export const holdObjectRoute = (deps: HoldDeps) =>
  route(HoldObject, async (context) => {
    const { retainUntil } = context.body;
    if (retainUntil !== undefined && new Date(retainUntil) <= deps.now()) {
      throw unprocessable('storage.retention_past', 'retainUntil lies in the past');
    }
    const held = await deps.db.tx((tx) => saveHold(deps, tx, context));
    if (context.body.legalHold === false) await releaseContent(deps, held);
    return held;
  });

async function saveHold(
  { evidence, objectStore, now }: HoldDeps,
  tx: Tx,
  { params, body, principal }: HoldContext,
): Promise<EvidenceObject> {
  const kept = await evidence.findForUpdate(tx, principal.tenantId, params.id);
  if (!kept) throw notFound('storage.object_not_found');
  const { object, key } = kept;
  if (await evidence.isBeingPurged(tx, object.id)) {
    throw conflict('storage.purge_under_way', 'a purge has begun to remove the content; ask again when it has ended');
  }
  const legalHold = body.legalHold ?? object.legalHold;
  const until = body.retainUntil === undefined ? undefined : new Date(body.retainUntil);
  await placeHold(objectStore, key, { ...(legalHold && { legalHold }), ...(until && { retainUntil: until }) });
  const held = { ...object, legalHold, retainUntil: until?.toISOString() ?? object.retainUntil };
  await evidence.saveControls(tx, held);
  await evidence.appendCustody(tx, object, {
    // Also a release that is asked again: the store may not have obeyed the first.
    action: body.legalHold === false && (object.legalHold || !until) ? 'released' : 'held',
    actor: principal.name,
    actorId: principal.subject,
    at: now().toISOString(),
    detail: { legalHold, retainUntil: held.retainUntil, reason: body.reason },
  });
  return held;
}

async function placeHold(objectStore: HoldDeps['objectStore'], key: string, hold: Partial<Hold>): Promise<void> {
  const isAny = hold.legalHold !== undefined || hold.retainUntil !== undefined;
  // A release alone changes nothing yet.
  const outcome = isAny ? await objectStore.hold(key, hold) : ((await objectStore.holdOf(key)) ?? 'absent');
  if (outcome === 'absent') throw gone('storage.content_gone', 'the content is no longer in the store');
  if (outcome === 'shortened') {
    throw conflict('storage.retention_shortened', 'the object is retained for longer already');
  }
}

/** With the row locked, and asked again: somebody may have placed a hold meanwhile. */
function releaseContent({ db, evidence, objectStore }: HoldDeps, { tenantId, id }: EvidenceObject): Promise<void> {
  return db.tx(async (tx) => {
    const kept = await evidence.findForUpdate(tx, tenantId, id);
    if (kept && !kept.object.legalHold) await objectStore.hold(kept.key, { legalHold: false });
  });
}
