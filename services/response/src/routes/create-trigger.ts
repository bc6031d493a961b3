import { uuidv7 } from '@soc/contracts';
import { CreateTrigger } from '@soc/contracts/response/triggers';
import { route, unprocessable } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const createTriggerRoute = ({
  db,
  triggers,
  playbooks,
  now,
}: Pick<ResponseDeps, 'db' | 'triggers' | 'playbooks' | 'now'>) =>
  route(CreateTrigger, ({ body, principal, log }) =>
    db.tx(async (tx) => {
      const playbook = await playbooks.findForShare(tx, principal.tenantId, body.playbookId);
      if (!playbook) throw unprocessable('trigger.unknown_playbook');
      const at = now();
      const times = { createdAt: at.toISOString(), updatedAt: at.toISOString() };
      const trigger = { id: uuidv7(at.getTime()), ...body, ...times };
      await triggers.insert(tx, principal.tenantId, trigger);
      log.info({ triggerId: trigger.id, playbookId: body.playbookId }, 'trigger created');
      return trigger;
    }),
  );
