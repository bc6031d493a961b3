import { PutMapping } from '@soc/contracts/alert/mappings';
import { route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const putMappingRoute = ({ db, mappings, now }: Pick<AlertDeps, 'db' | 'mappings' | 'now'>) =>
  route(PutMapping, ({ params, body, principal }) =>
    mappings.put(db.write, principal.tenantId, {
      name: params.name,
      mapping: body,
      at: now().toISOString(),
      by: principal.name,
    }),
  );
