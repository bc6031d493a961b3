import { CommitOutcomeUnknownError, inTenant } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { StorageDeps } from '../deps.ts';

/** An export that may have entries already. */
export interface BegunExport {
  readonly exportId: string;
  readonly tenantId: string;
  /** Also the one whose entry may or may not have been committed. */
  readonly objectIds: readonly string[];
  readonly by: { readonly actor: string; readonly actorId: string };
}

/** How far it came: nothing was given out, or the archive ends in the middle. */
export type BrokenOff = 'before_archive' | 'in_archive';

/** Of what was not committed, or may have been. */
const ATTEMPTS = 3;

/**
 * Says in the custody of each of its objects that an export did not come to its end, where it has an entry: of one whose commit nobody
 * has heard of, the custody itself tells. What cannot be said is in the log.
 */
export async function enterBrokenOff(
  { db, evidence, now }: Pick<StorageDeps, 'db' | 'evidence' | 'now'>,
  { exportId, tenantId, objectIds, by }: BegunExport,
  where: BrokenOff,
  log: Pick<BusLog, 'error'>,
): Promise<void> {
  const detail = { exportId, brokenOff: where };
  const enter = (id: string): Promise<void> =>
    db.tx(async (tx) => {
      if (!(await evidence.isExportOpen(tx, id, exportId))) return;
      const entry = { action: 'export_broken_off' as const, ...by, at: now().toISOString(), detail };
      await evidence.appendCustody(tx, { id, tenantId }, entry);
    });
  for (const id of objectIds) {
    // The scope of the request may have ended.
    await inTenant({ tenantId }, () => untilKnown(() => enter(id))).catch((error: unknown) =>
      log.error({ err: error, exportId, objectId: id }, 'export broken off, and not entered as such'),
    );
  }
}

/** For what does nothing when it was done already. */
async function untilKnown(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof CommitOutcomeUnknownError)) throw error;
    }
  }
}
