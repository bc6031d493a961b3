import type { Queryable } from '@soc/db-cluster';
import { invalidRequest } from '@soc/service-kit';
import type { Grants } from './grants.ts';

/** Throws the 400 that names each one in the field which is no role of the tenant. */
export async function demandKnownRoles(
  grants: Pick<Grants, 'unknownRoles'>,
  db: Queryable,
  tenantId: string,
  { path, roles }: { readonly path: string; readonly roles: readonly string[] },
): Promise<void> {
  const unknown = await grants.unknownRoles(db, tenantId, roles);
  if (unknown.length === 0) return;
  throw invalidRequest(
    unknown.map((name) => ({ path: `${path}.${roles.indexOf(name)}`, message: `${name} is no role here` })),
  );
}
