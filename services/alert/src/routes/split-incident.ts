import { IncidentCreated } from '@soc/contracts';
import { SplitIncident } from '@soc/contracts/alert/incident-work';
import { conflict, notFound, route, unprocessable, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { splitOff } from '../domain/reshape-incident.ts';

type Deps = Pick<
  AlertDeps,
  'db' | 'outbox' | 'candidates' | 'incidents' | 'members' | 'moves' | 'reshaping' | 'timeline' | 'now'
>;

export const splitIncidentRoute = (deps: Deps) => {
  const { db, outbox, candidates, incidents, members, moves, reshaping, timeline, now } = deps;
  return route(SplitIncident, ({ params, body, principal: { tenantId, name }, origin }) =>
    db.tx(async (tx) => {
      await candidates.lockTenant(tx, tenantId);
      const [source] = await incidents.lock(tx, tenantId, [params.id]);
      if (!source) throw notFound('incident.not_found');
      if (source.incident.status === 'closed') throw conflict('incident.already_closed');
      const alertIds = [...new Set(body.alertIds)];
      if (alertIds.length >= source.incident.alertCount) throw conflict('incident.left_empty');

      const [moment, at] = [now().getTime(), now().toISOString()];
      const draft = splitOff(source.incident, uuidv7(moment), body.title, at);
      const moved = await members.moveSome(tx, params.id, draft.id, alertIds);
      if (moved.length < alertIds.length) throw unprocessable('incident.alert_not_member');
      const move = { id: uuidv7(moment), reshapeId: uuidv7(moment), kind: 'split' as const, alertIds: moved };
      const went = { fromId: params.id, intoId: draft.id, statusBefore: null, closedBefore: null };
      await moves.add(tx, [{ ...move, ...went, tenantId, at, actor: name }]);
      await reshaping.reassign(tx, moved, draft.id, origin);
      const left = await reshaping.recount(tx, source, at);
      await reshaping.publishUpdate(tx, { before: source.incident, after: left }, origin);
      const opened = await reshaping.recount(
        tx,
        { ...source, incident: draft, isTitleFixed: body.title !== undefined, isSeverityFixed: false },
        at,
      );
      const reasons = await members.listReasons(tx, opened.id, moved.length);
      const payload = { incident: opened, alertIds: [...moved], reasons };
      await outbox.publish(tx, IncidentCreated, payload, { ...origin, subject: opened.id });
      const entry = { tenantId, alertId: null, at, actor: name };
      await timeline.add(tx, [
        {
          ...entry,
          id: uuidv7(moment),
          incidentId: params.id,
          kind: 'split',
          summary: `${moved.length} alerts moved to "${opened.title}"`,
          data: { incidentId: opened.id },
        },
        {
          ...entry,
          id: uuidv7(moment),
          incidentId: opened.id,
          kind: 'opened',
          summary: `split off "${left.title}" with ${moved.length} alerts`,
          data: { incidentId: params.id },
        },
      ]);
      return opened;
    }),
  );
};
