import type { RetentionPurge } from '@soc/contracts/storage/retention';
import type { Tx } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { type Audit, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { keptSince, resumedBefore } from '../domain/retention.ts';
import { evidencePurgeRepository } from './evidence-purge-repository.ts';
import { purgeDocuments } from './purge-documents.ts';
import { type BrokenCustodyDeps, purgeUnlessBroken } from './broken-custody.ts';
import { type Claim, retentionRepository, type UnfinishedPurge } from './retention-repository.ts';

export type CarryOutDeps = Pick<
  StorageDeps,
  'db' | 'evidence' | 'objectStore' | 'now' | 'searchIndex' | 'metrics' | 'retentionEveryS'
> &
  BrokenCustodyDeps & { readonly audit: Audit; readonly log: BusLog };

/** Objects named at once. */
const BATCH = 100;
/** Longest removal of documents or values, in one statement. */
const STATEMENT_TIMEOUT_MS = 10 * 60 * 1000;

/** The policy was changed or removed in the middle, or the lease is another's. */
class PolicyLostError extends Error {
  override readonly name = 'PolicyLostError';
}

async function demandLease(tx: Tx, claim: Claim): Promise<void> {
  if (!(await retentionRepository.renew(tx, claim))) throw new PolicyLostError();
}

/** The purge that a killed process has left, or a new one. */
function purgeFor({ now }: CarryOutDeps, claim: Claim, unfinished: UnfinishedPurge | undefined): RetentionPurge {
  const allowed = keptSince(claim.keepDays, now());
  const before = unfinished ? resumedBefore(unfinished.before, allowed) : allowed;
  return {
    id: unfinished?.id ?? uuidv7(now().getTime()),
    kind: claim.kind,
    keepDays: claim.keepDays,
    before: before.toISOString(),
    count: unfinished?.count ?? 0,
    heldCount: 0,
    brokenCount: 0,
    sizeBytes: unfinished?.sizeBytes ?? 0,
    startedAt: unfinished?.startedAt ?? now().toISOString(),
    finishedAt: null,
  };
}

type Kept = Pick<RetentionPurge, 'heldCount' | 'brokenCount'>;

/** Says that a purge has come to its end; `more` is told with it. */
export async function finishPurge(
  deps: Pick<CarryOutDeps, 'now' | 'audit' | 'log'>,
  tx: Tx,
  { tenantId, kind }: Pick<Claim, 'tenantId' | 'kind'>,
  id: string,
  kept: Kept,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { keepDays, before, count, sizeBytes } = await retentionRepository.finish(tx, id, kept, deps.now());
  const details = { purgeId: id, keepDays, before, count, ...kept, sizeBytes, ...more };
  const target = { type: 'retention', id: kind };
  await deps.audit.record(tx, { action: 'retention.purge', outcome: 'success', tenantId, target, details });
  tx.afterCommit(() => deps.log.info({ tenantId, kind, ...details }, 'purged what was too old'));
}

const nextRound = ({ now, retentionEveryS }: CarryOutDeps): Date => new Date(now().getTime() + retentionEveryS * 1000);

async function carryOutEvidence(deps: CarryOutDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  const { db, now } = deps;
  const { tenantId } = claim;
  const broken = new Set<string>();
  for (;;) {
    signal.throwIfAborted();
    const purge = await db.tx(async (tx) => {
      await demandLease(tx, claim);
      const planned = purgeFor(deps, claim, await retentionRepository.findUnfinished(tx, claim));
      const { before, id: purgeId } = planned;
      const begun = await evidencePurgeRepository.begin(tx, {
        tenantId,
        before,
        now: now(),
        purgeId,
        except: [...broken],
        limitRows: BATCH,
      });
      if (begun > 0) await retentionRepository.begin(tx, tenantId, planned, null);
      return planned;
    });
    const ids = await evidencePurgeRepository.listBegun(db.write, purge.id);
    if (ids.length === 0) break;
    for (const id of ids) {
      signal.throwIfAborted();
      const outcome = await purgeUnlessBroken(deps, id, (tx) => retentionRepository.renew(tx, claim));
      if (outcome === 'stopped') throw new PolicyLostError();
      if (outcome === 'broken') broken.add(id);
    }
  }
  await db.tx(async (tx) => {
    await demandLease(tx, claim);
    const unfinished = await retentionRepository.findUnfinished(tx, claim);
    if (unfinished) {
      const { before, id } = unfinished;
      const { heldCount } = await evidencePurgeRepository.count(tx, { tenantId, before, now: now() });
      await finishPurge(deps, tx, claim, id, { heldCount, brokenCount: broken.size });
    }
    await retentionRepository.release(tx, claim, nextRound(deps));
  });
}

/**
 * Says what is about to be removed, if there is anything. What a killed purge was about to remove and is no longer there was removed by
 * it, and is counted here.
 */
async function announce(deps: CarryOutDeps, tx: Tx, claim: Claim): Promise<RetentionPurge | undefined> {
  const { tenantId, kind } = claim;
  const countBefore = async (before: string): Promise<number> =>
    (await purgeDocuments(deps, { tenantId, kind, before, dryRun: true }, tx)).count;
  await demandLease(tx, claim);
  const unfinished = await retentionRepository.findUnfinished(tx, claim);
  const purge = purgeFor(deps, claim, unfinished);
  const plannedCount = await countBefore(purge.before);
  if (plannedCount === 0 && !unfinished) return undefined;
  await retentionRepository.begin(tx, tenantId, purge, plannedCount);
  const { id, keepDays, before } = purge;
  if (unfinished) {
    const left = unfinished.before === before ? plannedCount : await countBefore(unfinished.before);
    const removed = Math.max(0, (unfinished.plannedCount ?? 0) - left);
    await retentionRepository.count(tx, id, { count: removed, sizeBytes: 0 });
    return purge;
  }
  const target = { type: 'retention', id: kind };
  const details = { purgeId: id, keepDays, before, plannedCount };
  await deps.audit.record(tx, { action: 'retention.begin', outcome: 'success', tenantId, target, details });
  return purge;
}

/**
 * Documents and values have no hold of their own. A server they are on knows no transaction with ours, so what is about to be removed is
 * committed before; whoever finds it unfinished removes what is still there.
 */
async function carryOutRest(deps: CarryOutDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  const { tenantId, kind } = claim;
  const options = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, signal };
  const purge = await deps.db.tx((tx) => announce(deps, tx, claim), options);
  const unannounced = purgeFor(deps, claim, undefined);
  await deps.db.tx(async (tx) => {
    await demandLease(tx, claim);
    // The sums of metrics outlive their points, and are no count: there may be some where nothing was announced.
    if (purge || kind === 'metric') {
      const { id, before } = purge ?? unannounced;
      const { count } = await purgeDocuments(deps, { tenantId, kind, before, dryRun: false }, tx);
      if (!purge && count > 0) await retentionRepository.begin(tx, tenantId, unannounced, count);
      await retentionRepository.count(tx, id, { count, sizeBytes: 0 });
      if (purge || count > 0) await finishPurge(deps, tx, claim, id, { heldCount: 0, brokenCount: 0 });
    }
    await retentionRepository.release(tx, claim, nextRound(deps));
  }, options);
}

/** Removes what a policy says is too old, as far as nothing holds it, and records that it did. */
export async function carryOutPolicy(deps: CarryOutDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  try {
    await (claim.kind === 'evidence' ? carryOutEvidence : carryOutRest)(deps, claim, signal);
  } catch (error) {
    if (error instanceof PolicyLostError) {
      deps.log.info(
        { tenantId: claim.tenantId, kind: claim.kind },
        'purge ended: its policy was changed, or is another process’s',
      );
    } else if (!signal.aborted) {
      deps.log.error({ err: error, tenantId: claim.tenantId, kind: claim.kind }, 'purge failed, will go on later');
    }
    // What was begun goes on in the next round; what is another's is left alone.
    await retentionRepository.release(deps.db.write, claim, signal.aborted ? undefined : nextRound(deps));
  }
}
