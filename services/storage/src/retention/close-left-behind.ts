import type { Tx } from '@soc/db-cluster';
import { type CarryOutDeps, finishPurge } from './carry-out-policy.ts';
import { evidencePurgeRepository } from './evidence-purge-repository.ts';
import { purgeDocuments } from './purge-documents.ts';
import { type LeftBehindPurge, retentionRepository } from './retention-repository.ts';

const ROWS = 100;

/** What it set out to remove and is no longer there was removed by it; the rest is kept, as nothing says any more that it is too old. */
async function close(deps: CarryOutDeps, tx: Tx, purge: LeftBehindPurge): Promise<void> {
  const { id, tenantId, kind, before, plannedCount } = purge;
  let heldCount = 0;
  if (kind === 'evidence') {
    heldCount = (await evidencePurgeRepository.count(tx, { tenantId, before, now: deps.now() })).heldCount;
  } else {
    const { count } = await purgeDocuments(deps, { tenantId, kind, before, dryRun: true }, tx);
    await retentionRepository.count(tx, id, { count: Math.max(0, (plannedCount ?? 0) - count), sizeBytes: 0 });
  }
  await finishPurge(deps, tx, { tenantId, kind }, id, { heldCount, brokenCount: 0 }, { policy: 'removed' });
}

/**
 * Ends purges that nobody goes on with because their policy was removed in the middle. Where evidence is named by one, that is settled
 * before. Nobody is at them: every step of a purge locks its policy.
 */
export async function closeLeftBehind(deps: CarryOutDeps, signal: AbortSignal): Promise<void> {
  for (const id of await retentionRepository.listLeftBehind(deps.db.write, ROWS)) {
    signal.throwIfAborted();
    const closed = deps.db.tx(async (tx) => {
      const purge = await retentionRepository.lockLeftBehind(tx, id);
      if (purge) await close(deps, tx, purge);
    });
    await closed.catch((error: unknown) => {
      deps.log.warn({ err: error, purgeId: id }, 'a purge whose policy was removed is not closed, will try again');
    });
  }
}
