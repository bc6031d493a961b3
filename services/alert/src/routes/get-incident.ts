import { GetIncident } from '@soc/contracts/alert/incidents';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

const SHOWN = { reasons: 200, responses: 50 };

export const getIncidentRoute = ({ db, incidents, members }: Pick<AlertDeps, 'db' | 'incidents' | 'members'>) =>
  route(GetIncident, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const incident = await incidents.find(read, principal.tenantId, params.id);
    if (!incident) throw notFound('incident.not_found');
    const [reasons, responses] = await Promise.all([
      members.listReasons(read, params.id, SHOWN.reasons),
      incidents.listResponses(read, params.id, SHOWN.responses),
    ]);
    return { ...incident, reasons, responses };
  });
