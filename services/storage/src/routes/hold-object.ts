import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { HoldObject } from '@soc/contracts/storage/object-controls';
import type { Tx } from '@soc/db-cluster';
import { conflict, gone, route, type RouteContext, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { findForHold } from './find-for-hold.ts';

type HoldDeps = Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore'>;
type HoldContext = Pick<RouteContext<typeof HoldObject>, 'params' | 'body' | 'principal'>;

/** What holds is set in the store first, which obeys it, then in the row that shows it: the store holds at least what is shown. */
export const holdObjectRoute = (deps: HoldDeps) =>
  route(HoldObject, async (context) => {
    const { retainUntil } = context.body;
    if (retainUntil !== undefined && new Date(retainUntil) <= deps.now()) {
      throw unprocessable('storage.retention_past', 'retainUntil lies in the past');
    }
    return deps.db.tx((tx) => placeHold(deps, tx, context));
  });

async function placeHold(
  { evidence, objectStore, now }: HoldDeps,
  tx: Tx,
  { params, body, principal }: HoldContext,
): Promise<EvidenceObject> {
  const { object, key } = await findForHold(evidence, tx, principal, params.id);
  const legalHold = body.legalHold ?? object.legalHold;
  const until = body.retainUntil === undefined ? undefined : new Date(body.retainUntil);
  const outcome = await objectStore.hold(key, {
    ...(legalHold && { legalHold }),
    ...(until && { retainUntil: until }),
  });
  switch (outcome) {
    case 'absent':
      throw gone('storage.content_gone', 'the content is no longer in the store');
    case 'shortened':
      throw conflict('storage.retention_shortened', 'the object is retained for longer already');
    case 'no_lock':
      throw conflict('storage.no_object_lock', 'the bucket has no object lock, so nothing would obey a hold');
    case 'set':
      break;
  }
  const held = { ...object, legalHold, retainUntil: until?.toISOString() ?? object.retainUntil };
  await evidence.saveControls(tx, held);
  await evidence.appendCustody(tx, object, {
    action: 'held',
    actor: principal.name,
    actorId: principal.subject,
    at: now().toISOString(),
    detail: { legalHold, retainUntil: held.retainUntil, reason: body.reason },
  });
  return held;
}
