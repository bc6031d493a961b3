import { DeleteWarninglist } from '@soc/contracts/intel/warninglist';
import { conflict, notFound, route } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';

export const deleteWarninglistRoute = ({ db, warninglists }: Pick<IntelDeps, 'db' | 'warninglists'>) =>
  route(DeleteWarninglist, async ({ params, principal }) => {
    const outcome = await warninglists.delete(db.write, principal.tenantId, params.id);
    if (outcome === 'not_found') throw notFound('intel.warninglist_not_found');
    if (outcome === 'built_in') throw conflict('intel.warninglist_built_in', 'it comes with the fleet');
    return undefined;
  });
