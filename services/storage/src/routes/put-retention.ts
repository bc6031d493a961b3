import { PutRetention } from '@soc/contracts/storage/retention';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { retentionRepository } from '../retention/retention-repository.ts';

/** Carried out a whole round later: time to see that it was a mistake. */
export const putRetentionRoute = ({ db, now, retentionEveryS }: Pick<StorageDeps, 'db' | 'now' | 'retentionEveryS'>) =>
  route(PutRetention, ({ params, body, principal, record }) =>
    db.tx(async (tx) => {
      const at = now();
      const policy = {
        kind: params.kind,
        keepDays: body.keepDays,
        updatedBy: principal.name,
        updatedAt: at.toISOString(),
        nextPurgeAt: new Date(at.getTime() + retentionEveryS * 1000).toISOString(),
      };
      await retentionRepository.put(tx, principal.tenantId, policy);
      await record(tx);
      return policy;
    }),
  );
