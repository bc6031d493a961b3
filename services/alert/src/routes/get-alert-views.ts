import { GetAlertAsEcs, GetAlertAsOcsf } from '@soc/contracts/alert/views';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { ecsView } from '../domain/views/ecs.ts';
import { ocsfView } from '../domain/views/ocsf.ts';

type Deps = Pick<AlertDeps, 'db' | 'alerts'>;

export const getAlertAsOcsfRoute = ({ db, alerts }: Deps) =>
  route(GetAlertAsOcsf, async ({ params, principal, consistencyToken }) => {
    const alert = await alerts.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!alert) throw notFound('alert.not_found');
    return ocsfView(alert);
  });

export const getAlertAsEcsRoute = ({ db, alerts }: Deps) =>
  route(GetAlertAsEcs, async ({ params, principal, consistencyToken }) => {
    const alert = await alerts.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!alert) throw notFound('alert.not_found');
    return ecsView(alert);
  });
