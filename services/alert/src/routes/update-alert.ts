import { UpdateAlert } from '@soc/contracts/alert/triage';
import { route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { updateAlert } from '../domain/triage-alert.ts';

export const updateAlertRoute = ({ triage }: Pick<AlertDeps, 'triage'>) =>
  route(UpdateAlert, ({ params, body, principal, origin }) =>
    triage({ alertId: params.id, note: body.note, principal, origin }, (alert, at) => updateAlert(alert, body, at)),
  );
