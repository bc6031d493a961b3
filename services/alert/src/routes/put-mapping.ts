import { PutMapping } from '@soc/contracts/alert/mappings';
import { invalidRequest, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';

/** Sources that a tenant's mappings are for: what they read by their own is told apart by the name. */
const RESERVED: ReadonlySet<string> = new Set(['generic', 'syslog']);

export const putMappingRoute = ({ db, mappings, now }: Pick<AlertDeps, 'db' | 'mappings' | 'now'>) =>
  route(PutMapping, ({ params, body, principal }) => {
    if (RESERVED.has(params.name)) {
      throw invalidRequest([{ path: 'params.name', message: 'the mapping of the source itself has this name' }]);
    }
    return mappings.put(db.write, principal.tenantId, {
      name: params.name,
      mapping: body,
      at: now().toISOString(),
      by: principal.name,
    });
  });
