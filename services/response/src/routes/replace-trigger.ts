import { ReplaceTrigger } from '@soc/contracts/response/triggers';
import { notFound, route, unprocessable } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const replaceTriggerRoute = ({
  db,
  triggers,
  playbooks,
  now,
}: Pick<ResponseDeps, 'db' | 'triggers' | 'playbooks' | 'now'>) =>
  route(ReplaceTrigger, ({ params, body, principal, log }) =>
    db.tx(async (tx) => {
      if (!(await triggers.find(tx, principal.tenantId, params.id))) throw notFound('trigger.not_found');
      const playbook = await playbooks.findForShare(tx, principal.tenantId, body.playbookId);
      if (!playbook) throw unprocessable('trigger.unknown_playbook');
      const trigger = await triggers.replace(tx, principal.tenantId, params.id, body, now().toISOString());
      if (!trigger) throw notFound('trigger.not_found');
      log.info({ triggerId: params.id }, 'trigger replaced');
      return trigger;
    }),
  );
