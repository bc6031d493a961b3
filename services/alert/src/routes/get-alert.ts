import { GetAlert } from '@soc/contracts/alert/queries';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const getAlertRoute = ({ db, alerts }: Pick<AlertDeps, 'db' | 'alerts'>) =>
  route(GetAlert, async ({ params, principal, consistencyToken }) => {
    const alert = await alerts.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!alert) throw notFound('alert.not_found');
    return alert;
  });
