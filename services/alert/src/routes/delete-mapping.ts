import { DeleteMapping } from '@soc/contracts/alert/mappings';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const deleteMappingRoute = ({ db, mappings }: Pick<AlertDeps, 'db' | 'mappings'>) =>
  route(DeleteMapping, async ({ params, principal }) => {
    const isDeleted = await mappings.delete(db.write, principal.tenantId, params.name);
    if (!isDeleted) throw notFound('alert.mapping_unknown');
    return undefined;
  });
