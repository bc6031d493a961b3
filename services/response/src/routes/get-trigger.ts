import { GetTrigger } from '@soc/contracts/response/triggers';
import { notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const getTriggerRoute = ({ db, triggers }: Pick<ResponseDeps, 'db' | 'triggers'>) =>
  route(GetTrigger, async ({ params, principal, consistencyToken }) => {
    const trigger = await triggers.find(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!trigger) throw notFound('trigger.not_found');
    return trigger;
  });
