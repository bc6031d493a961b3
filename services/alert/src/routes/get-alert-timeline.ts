import { DEFAULT_PAGE_LIMIT } from '@soc/contracts';
import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { decodeCursor, notFound, pageOf, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { entriesOfAlert, mergeTimeline } from '../domain/alert-timeline.ts';
import { TimelinePosition } from './timeline-position.ts';

type Deps = Pick<AlertDeps, 'db' | 'alerts' | 'members' | 'timeline'>;

export const getAlertTimelineRoute = ({ db, alerts, members, timeline }: Deps) =>
  route(GetAlertTimeline, async ({ params, query, principal, consistencyToken }) => {
    const { limit = DEFAULT_PAGE_LIMIT, cursor } = query;
    const after = decodeCursor(TimelinePosition, cursor);
    const read = db.readYourWrites(consistencyToken);
    const alert = await alerts.find(read, principal.tenantId, params.id);
    if (!alert) throw notFound('alert.not_found');

    const { id, occurredAt, incidentId } = alert;
    const membership = incidentId === null ? undefined : await members.find(read, { id, occurredAt, incidentId });
    const stored = await timeline.listOfAlert(read, principal.tenantId, id, { after, limitRows: limit + 1 });
    return pageOf(mergeTimeline(entriesOfAlert(alert, membership), stored, after), limit, (last) => [last.at, last.id]);
  });
