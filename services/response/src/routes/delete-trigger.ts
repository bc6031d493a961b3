import { DeleteTrigger } from '@soc/contracts/response/triggers';
import { notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const deleteTriggerRoute = ({ db, triggers }: Pick<ResponseDeps, 'db' | 'triggers'>) =>
  route(DeleteTrigger, async ({ params, principal, log }) => {
    if (!(await triggers.delete(db.write, principal.tenantId, params.id))) throw notFound('trigger.not_found');
    log.info({ triggerId: params.id }, 'trigger deleted');
    return undefined;
  });
