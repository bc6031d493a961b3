import { type Deduplication, PutDeduplication } from '@soc/contracts/alert/deduplication';
import { route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const putDeduplicationRoute = ({ db, deduplication, now }: Pick<AlertDeps, 'db' | 'deduplication' | 'now'>) =>
  route(PutDeduplication, ({ params: { source }, body, principal: { tenantId, name }, record }) =>
    db.tx(async (tx) => {
      const settings: Deduplication = { ...body, source, updatedAt: now().toISOString(), updatedBy: name };
      await deduplication.put(tx, tenantId, settings);
      await record(tx, { targetId: source });
      return settings;
    }),
  );
