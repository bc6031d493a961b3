import { GetIncident } from '@soc/contracts/alert/incidents';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { progressionOf, scoreOf } from '../domain/correlation/progression.ts';

const SHOWN = { reasons: 200, responses: 50 };
const TACTICAL_MEMBERS = 2_000;

export const getIncidentRoute = ({
  db,
  alertLists,
  incidents,
  members,
}: Pick<AlertDeps, 'db' | 'alertLists' | 'incidents' | 'members'>) =>
  route(GetIncident, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const incident = await incidents.find(read, principal.tenantId, params.id);
    if (!incident) throw notFound('incident.not_found');
    const [reasons, responses, tactical] = await Promise.all([
      members.listReasons(read, params.id, SHOWN.reasons),
      incidents.listResponses(read, params.id, SHOWN.responses),
      alertLists.listTactical(read, params.id, TACTICAL_MEMBERS),
    ]);
    const progression = [...progressionOf(tactical)];
    return { ...incident, score: scoreOf(incident.severity, progression), progression, reasons, responses };
  });
