import type { Tx } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { Counter, type Registry } from '@soc/monitoring';
import type { Audit } from '@soc/service-kit';
import { CustodyBrokenError } from '../custody/append-custody.ts';
import { type BegunObject, evidencePurgeRepository } from './evidence-purge-repository.ts';
import { purgeObject, type PurgeEvidenceDeps, settleObject } from './purge-evidence.ts';

export interface BrokenCustodyDeps {
  readonly audit: Audit;
  readonly log: BusLog;
  readonly brokenCustody: Counter;
}

type Deps = PurgeEvidenceDeps & BrokenCustodyDeps;

export const createBrokenCustodyCounter = (registry: Registry): Counter =>
  new Counter({
    name: 'soc_storage_purge_broken_custody_total',
    help: 'Objects that a purge left as they are because their chain of custody is broken; each round counts them again.',
    registers: [registry],
  });

/** Whoever looks after evidence is told by log, metric and audit trail: only a person can say what happened to a chain. */
async function tell({ audit, log, brokenCustody }: Deps, tx: Tx, { id, tenantId, purgeId }: BegunObject, error: Error) {
  await audit.record(tx, {
    action: 'evidence.purge',
    outcome: 'failure',
    tenantId,
    target: { type: 'evidence', id },
    reason: 'storage.custody_broken',
    details: { purgeId },
  });
  tx.afterCommit(() => {
    brokenCustody.inc();
    log.error({ err: error, tenantId, objectId: id, purgeId }, 'evidence not purged, its custody is broken');
  });
}

/** Leaves one whose custody is broken as it is, no longer named by its purge, and tells of it; anything else is a fault. */
async function keepBroken(deps: Deps, id: string, error: unknown): Promise<void> {
  if (!(error instanceof CustodyBrokenError)) throw error;
  await deps.db.tx(async (tx) => {
    const object = await evidencePurgeRepository.lock(tx, id, deps.now());
    if (!object) return;
    await evidencePurgeRepository.spare(tx, id);
    await tell(deps, tx, object, error);
  });
}

/** As `purgeObject`, and one whose custody is broken is in the way of no other. */
export async function purgeUnlessBroken(
  deps: Deps,
  id: string,
  mayGoOn: (tx: Tx) => Promise<boolean>,
): Promise<'settled' | 'stopped' | 'broken'> {
  try {
    return (await purgeObject(deps, id, mayGoOn)) ? 'settled' : 'stopped';
  } catch (error) {
    await keepBroken(deps, id, error);
    return 'broken';
  }
}

/** As `settleObject`, and one whose custody is broken is in the way of no other. */
export async function settleUnlessBroken(deps: Deps, id: string): Promise<void> {
  try {
    await settleObject(deps, id);
  } catch (error) {
    await keepBroken(deps, id, error);
  }
}
