import { GetIncidentGraph } from '@soc/contracts/alert/incident-work';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { incidentGraph } from '../domain/incident-graph.ts';

/** More than a person can look at. */
const MEMBERS_LIMIT = 500;

type Deps = Pick<AlertDeps, 'db' | 'incidents' | 'alertLists'>;

export const getIncidentGraphRoute = ({ db, incidents, alertLists }: Deps) =>
  route(GetIncidentGraph, async ({ params, principal: { tenantId }, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    if (!(await incidents.find(read, tenantId, params.id))) throw notFound('incident.not_found');
    const page = { after: undefined, limitRows: MEMBERS_LIMIT + 1 };
    const members = await alertLists.listMembers(read, tenantId, params.id, page);
    return incidentGraph(members.slice(0, MEMBERS_LIMIT), members.length > MEMBERS_LIMIT);
  });
