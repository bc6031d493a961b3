import { DeletePlaybook } from '@soc/contracts/response/playbooks';
import { notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const deletePlaybookRoute = ({ db, playbooks }: Pick<ResponseDeps, 'db' | 'playbooks'>) =>
  route(DeletePlaybook, async ({ params, principal, log }) => {
    if (!(await playbooks.delete(db.write, principal.tenantId, params.id))) throw notFound('playbook.not_found');
    log.info({ playbookId: params.id }, 'playbook deleted');
    return undefined;
  });
