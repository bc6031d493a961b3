import type { Incident } from '@soc/contracts';
import { UndoReshaping } from '@soc/contracts/alert/incident-work';
import type { Tx } from '@soc/db-cluster';
import type { Origin } from '@soc/messaging';
import { conflict, notFound, route, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { decideUndo, mergedAway, restored, type Returning } from '../domain/reshape-incident.ts';
import type { StoredIncident } from '../incident-repository.ts';
import type { IncidentMove } from '../move-repository.ts';

type Deps = Pick<AlertDeps, 'db' | 'candidates' | 'incidents' | 'members' | 'moves' | 'reshaping' | 'timeline' | 'now'>;

const SAY_WHICH = 'what was done last is undone; to take back what was done before, name the version of the incident';

type Stored = ReadonlyMap<string, StoredIncident>;

/** Takes the last merge or split of an incident back: alerts that joined since stay where they joined. */
export const undoReshapingRoute = (deps: Deps) =>
  route(UndoReshaping, ({ params, query, principal: { tenantId, name }, origin }) =>
    deps.db.tx(async (tx) => {
      await deps.candidates.lockTenant(tx, tenantId);
      const [asked] = await deps.incidents.lock(tx, tenantId, [params.id]);
      if (!asked) throw notFound('incident.not_found');
      if (query.version !== undefined && query.version !== asked.incident.version) {
        throw conflict('incident.version_conflict');
      }
      const moves = await deps.moves.findLast(tx, tenantId, params.id);
      // A second click would otherwise take back what was done before.
      const isAgain = query.version === undefined && (await deps.moves.isLastUndone(tx, tenantId, params.id));
      if (isAgain && moves.length > 0) throw conflict('incident.already_undone', SAY_WHICH);
      const ids = [...new Set(moves.flatMap(({ fromId, intoId }) => [fromId, intoId]))];
      const stored = new Map((await deps.incidents.lock(tx, tenantId, ids)).map((one) => [one.incident.id, one]));
      const decision = decideUndo(await returningOf(deps, tx, moves, stored), stored);
      if (!decision.ok) throw conflict(`incident.${decision.refusal}`);

      const at = deps.now();
      const incidents = await takeBack(deps, { tx, origin, at: at.toISOString() }, decision.moves, stored);
      await deps.moves.markUndone(tx, decision.moves[0].reshapeId, at.toISOString());
      await deps.timeline.add(
        tx,
        incidents.map(({ id }) => ({
          id: uuidv7(at.getTime()),
          tenantId,
          alertId: null,
          incidentId: id,
          at: at.toISOString(),
          kind: 'undone' as const,
          actor: name,
          summary: `took the ${decision.moves[0].kind} of ${decision.moves[0].at} back`,
          data: { reshapeId: decision.moves[0].reshapeId },
        })),
      );
      return { incidents };
    }),
  );

/** How many alerts each move would give back. What was split off is given back with all it has by now. */
async function returningOf(deps: Deps, tx: Tx, moves: readonly IncidentMove[], stored: Stored) {
  const returning: Returning<IncidentMove>[] = [];
  for (const move of moves) {
    const has = stored.get(move.intoId)?.incident.alertCount ?? 0;
    returning.push({ move, returns: move.kind === 'split' ? has : await deps.moves.countLeft(tx, move) });
  }
  return returning;
}

/** Returns the incidents as they are then: those that gave alerts up last. */
async function takeBack(
  { incidents, members, reshaping }: Deps,
  { tx, origin, at }: { readonly tx: Tx; readonly origin: Origin; readonly at: string },
  moves: readonly IncidentMove[],
  stored: Stored,
): Promise<Incident[]> {
  const changed = new Map<string, StoredIncident>();
  const added = new Map<string, readonly string[]>();
  for (const move of moves) {
    const { kind, fromId, intoId, alertIds } = move;
    // A split-off incident goes with all it has; what was merged gets back what it gave.
    const returned =
      kind === 'split'
        ? await members.moveAll(tx, [intoId], fromId)
        : await members.moveSome(tx, intoId, fromId, alertIds);
    await reshaping.reassign(tx, returned, fromId, origin);
    added.set(fromId, returned);
    // Both were found, or nothing would be undone.
    const [from, into] = [stored.get(fromId) as StoredIncident, stored.get(intoId) as StoredIncident];
    const isMerge = kind === 'merge';
    changed.set(fromId, isMerge ? { ...from, incident: restored(from.incident, move) } : from);
    if (isMerge) changed.set(intoId, into);
    else {
      const after = mergedAway(into.incident, fromId, at);
      await incidents.save(tx, [{ ...into, incident: after, assetCount: 0 }]);
      await reshaping.publishUpdate(tx, { before: into.incident, after }, origin);
    }
  }
  const told: Incident[] = [];
  for (const [id, one] of changed) {
    const after = await reshaping.recount(tx, one, at);
    const before = stored.get(id)?.incident ?? after;
    await reshaping.publishUpdate(tx, { before, after, addedAlertIds: added.get(id) ?? [] }, origin);
    told.push(after);
  }
  return told;
}
