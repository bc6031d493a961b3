import { GetMapping } from '@soc/contracts/alert/mappings';
import { notFound, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

export const getMappingRoute = ({ db, mappings }: Pick<AlertDeps, 'db' | 'mappings'>) =>
  route(GetMapping, async ({ params, principal, consistencyToken }) => {
    const mapping = await mappings.find(db.readYourWrites(consistencyToken), principal.tenantId, params.name);
    if (!mapping) throw notFound('alert.mapping_unknown');
    return mapping;
  });
