import { DeleteRetention } from '@soc/contracts/storage/retention';
import { notFound, route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { retentionRepository } from '../retention/retention-repository.ts';

export const deleteRetentionRoute = ({ db }: Pick<StorageDeps, 'db'>) =>
  route(DeleteRetention, ({ params, principal, record }) =>
    db.tx(async (tx) => {
      const isGone = await retentionRepository.remove(tx, principal.tenantId, params.kind);
      if (!isGone) throw notFound('storage.retention_not_found');
      await record(tx);
      return undefined;
    }),
  );
