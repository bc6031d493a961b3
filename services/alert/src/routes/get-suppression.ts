import { GetSuppression } from '@soc/contracts/alert/suppressions';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const getSuppressionRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(GetSuppression, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const suppression = await suppressions.find(read, principal.tenantId, params.id, now());
    if (!suppression) throw notFound('suppression.not_found');
    return suppression;
  });
