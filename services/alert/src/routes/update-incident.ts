import { IncidentUpdated } from '@soc/contracts';
import { UpdateIncident } from '@soc/contracts/alert/incidents';
import { conflict, notFound, route, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { tellChange } from '../domain/change.ts';
import { updateIncident } from '../domain/incident-change.ts';

type Deps = Pick<AlertDeps, 'db' | 'outbox' | 'incidents' | 'timeline' | 'now'>;

export const updateIncidentRoute = ({ db, outbox, incidents, timeline, now }: Deps) =>
  route(UpdateIncident, ({ params, body, principal: { tenantId, name }, origin }) =>
    db.tx(async (tx) => {
      const [stored] = await incidents.lock(tx, tenantId, [params.id]);
      if (!stored) throw notFound('incident.not_found');
      const at = now();
      const decision = updateIncident(stored.incident, body, at.toISOString());
      if (!decision.ok) throw conflict(`incident.${decision.refusal}`);
      const { incident, changes } = decision;
      if (changes.length === 0) return incident;

      const isSet = (field: string): boolean => changes.some((change) => change.field === field);
      await incidents.save(tx, [
        {
          ...stored,
          incident,
          isTitleFixed: stored.isTitleFixed || isSet('title'),
          isSeverityFixed: stored.isSeverityFixed || isSet('severity'),
        },
      ]);
      const entries = changes.map((change) => ({
        ...tellChange(change),
        id: uuidv7(at.getTime()),
        tenantId,
        alertId: null,
        incidentId: params.id,
        at: at.toISOString(),
        actor: name,
      }));
      await timeline.add(tx, entries);
      const changed = changes.map(({ field }) => field);
      const payload = { incident, changed, addedAlertIds: [] };
      await outbox.publish(tx, IncidentUpdated, payload, { ...origin, subject: params.id });
      return incident;
    }),
  );
