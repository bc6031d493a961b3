import { GetRawPayload } from '@soc/contracts/alert/queries';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const getRawPayloadRoute = ({ db, arrivals }: Pick<AlertDeps, 'db' | 'arrivals'>) =>
  route(GetRawPayload, async ({ params, principal, consistencyToken }) => {
    const payload = await arrivals.findPayload(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!payload) throw notFound('alert.not_found');
    return payload;
  });
