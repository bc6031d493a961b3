import { GiveVerdict } from '@soc/contracts/alert/triage';
import { route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { giveVerdict } from '../domain/triage-alert.ts';

export const giveVerdictRoute = ({ triage }: Pick<AlertDeps, 'triage'>) =>
  route(GiveVerdict, ({ params, body, principal, origin }) =>
    triage({ alertId: params.id, note: body.note, principal, origin }, (alert, at) => giveVerdict(alert, body, at)),
  );
