import { GetDeduplication } from '@soc/contracts/alert/deduplication';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const getDeduplicationRoute = ({ db, deduplication }: Pick<AlertDeps, 'db' | 'deduplication'>) =>
  route(GetDeduplication, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const found = await deduplication.find(read, principal.tenantId, params.source);
    if (!found) throw notFound('deduplication.not_set');
    return found;
  });
