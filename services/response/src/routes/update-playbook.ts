import { UpdatePlaybook } from '@soc/contracts/response/playbooks';
import { conflict, notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const updatePlaybookRoute = ({ db, playbooks }: Pick<ResponseDeps, 'db' | 'playbooks'>) =>
  route(UpdatePlaybook, ({ params, body, principal, log }) =>
    db.tx(async (tx) => {
      const playbook = await playbooks.setEnabled(tx, principal.tenantId, params.id, body.enabled);
      if (!playbook) throw notFound('playbook.not_found');
      if (playbook.revoked && body.enabled) throw conflict('playbook.revoked', 'its author has withdrawn it');
      log.info({ playbookId: params.id, enabled: body.enabled }, 'playbook switched');
      return playbook;
    }),
  );
