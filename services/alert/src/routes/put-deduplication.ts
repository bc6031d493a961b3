import { type Deduplication, DEDUPLICATION_SOURCES, PutDeduplication } from '@soc/contracts/alert/deduplication';
import { conflict, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const putDeduplicationRoute = ({ db, deduplication, now }: Pick<AlertDeps, 'db' | 'deduplication' | 'now'>) =>
  route(PutDeduplication, ({ params: { source }, body, principal: { tenantId, name }, record }) =>
    db.tx(async (tx) => {
      if ((await deduplication.countOthers(tx, tenantId, source)) >= DEDUPLICATION_SOURCES) {
        throw conflict('deduplication.too_many', `at most ${DEDUPLICATION_SOURCES} sources have settings of their own`);
      }
      const settings: Deduplication = { ...body, source, updatedAt: now().toISOString(), updatedBy: name };
      await deduplication.put(tx, tenantId, settings);
      await record(tx, { targetId: source });
      return settings;
    }),
  );
