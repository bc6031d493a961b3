import type { Principal } from '@soc/identity';
import type { Queryable } from '@soc/db-cluster';
import { notFound } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import type { KeptObject } from '../evidence-repository.ts';

/** The object a request names. Throws the 404 for one that does not exist or belongs to another tenant. */
export async function findKeptObject(
  evidence: StorageDeps['evidence'],
  read: Queryable,
  principal: Principal,
  id: string,
): Promise<KeptObject> {
  const kept = await evidence.find(read, principal.tenantId, id);
  if (!kept) throw notFound('storage.object_not_found');
  return kept;
}
