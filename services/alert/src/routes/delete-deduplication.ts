import { DeleteDeduplication } from '@soc/contracts/alert/deduplication';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const deleteDeduplicationRoute = ({ db, deduplication }: Pick<AlertDeps, 'db' | 'deduplication'>) =>
  route(DeleteDeduplication, ({ params: { source }, principal: { tenantId }, record }) =>
    db.tx(async (tx) => {
      if (!(await deduplication.delete(tx, tenantId, source))) throw notFound('deduplication.not_set');
      await record(tx, { targetId: source });
      return undefined;
    }),
  );
