import { inTenant } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';

/** An export that has entries already. */
export interface BegunExport {
  readonly exportId: string;
  readonly tenantId: string;
  readonly objectIds: readonly string[];
  readonly by: { readonly actor: string; readonly actorId: string };
}

/** How far it came: nothing was given out, or the archive ends in the middle. */
export type BrokenOff = 'before_archive' | 'in_archive';

/** Says in the custody of each of its objects that an export did not come to its end. What cannot be said is in the log. */
export async function enterBrokenOff(
  { db, evidence, now }: Pick<StorageDeps, 'db' | 'evidence' | 'now'>,
  { exportId, tenantId, objectIds, by }: BegunExport,
  where: BrokenOff,
  log: Pick<BusLog, 'error'>,
): Promise<void> {
  for (const id of objectIds) {
    const entry = {
      action: 'export_broken_off' as const,
      ...by,
      at: now().toISOString(),
      detail: { exportId, brokenOff: where },
    };
    // The scope of the request may have ended.
    await inTenant({ tenantId }, () => db.tx((tx) => evidence.appendCustody(tx, { id, tenantId }, entry))).catch(
      (error: unknown) =>
        log.error({ err: error, exportId, objectId: id }, 'export broken off, and not entered as such'),
    );
  }
}
