import { MergeIncidents } from '@soc/contracts/alert/incident-work';
import { conflict, notFound, route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { decideMerge, mergedAway } from '../domain/reshape-incident.ts';

type Deps = Pick<AlertDeps, 'db' | 'candidates' | 'incidents' | 'members' | 'moves' | 'reshaping' | 'timeline' | 'now'>;

export const mergeIncidentsRoute = ({ db, candidates, incidents, members, moves, reshaping, timeline, now }: Deps) =>
  route(MergeIncidents, ({ params, body, principal: { tenantId, name }, origin }) =>
    db.tx(async (tx) => {
      const { id: targetId } = params;
      const sourceIds = [...new Set(body.incidentIds)];
      if (sourceIds.includes(targetId)) throw unprocessable('incident.merged_with_itself');
      await candidates.lockTenant(tx, tenantId);
      const stored = await incidents.lock(tx, tenantId, [targetId, ...sourceIds]);
      const decision = decideMerge(stored, targetId, sourceIds);
      if (!decision.ok && decision.refusal === 'not_found') throw notFound('incident.not_found');
      if (!decision.ok) throw conflict(`incident.${decision.refusal}`);

      const at = now();
      const { target, sources } = decision;
      const reshapeId = uuidv7(at.getTime());
      const moved: string[] = [];
      for (const { incident } of sources) {
        const alertIds = await members.moveAll(tx, [incident.id], targetId);
        moved.push(...alertIds);
        const move = { id: uuidv7(at.getTime()), tenantId, reshapeId, kind: 'merge' as const, alertIds };
        const [statusBefore, closedBefore] = [incident.status, incident.closedAt];
        const went = { fromId: incident.id, intoId: targetId, at: at.toISOString(), actor: name };
        await moves.add(tx, [{ ...move, ...went, statusBefore, closedBefore }]);
      }
      await reshaping.reassign(tx, moved, targetId, origin);
      for (const source of sources) {
        const after = mergedAway(source.incident, targetId, at.toISOString());
        await incidents.save(tx, [{ ...source, incident: after, assetCount: 0 }]);
        await reshaping.publishUpdate(tx, { before: source.incident, after }, origin);
      }
      const incident = await reshaping.recount(tx, target, at.toISOString());
      await reshaping.publishUpdate(tx, { before: target.incident, after: incident, addedAlertIds: moved }, origin);
      await timeline.add(
        tx,
        sources.map((source) => ({
          id: uuidv7(at.getTime()),
          tenantId,
          alertId: null,
          incidentId: targetId,
          at: at.toISOString(),
          kind: 'merged' as const,
          actor: name,
          summary: `took over "${source.incident.title}"`,
          data: { incidentId: source.incident.id },
        })),
      );
      return incident;
    }),
  );
