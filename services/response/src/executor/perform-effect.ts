import { setTimeout as sleep } from 'node:timers/promises';
import { type DbCluster, isDatabaseUnavailable } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import type { JournalRecord } from '../domain/journal.ts';
import type { PlannedEffect } from '../domain/plan-effect.ts';
import { settleExchange } from '../domain/settle-exchange.ts';
import type { JournalRepository } from '../journal-repository.ts';
import type { Lease, LeaseRepository } from '../lease-repository.ts';
import type { RequestSender } from './send-request.ts';

export interface PerformDeps {
  readonly db: DbCluster;
  readonly leases: LeaseRepository;
  readonly journals: JournalRepository;
  readonly sender: RequestSender;
  readonly random: () => number;
  readonly log: BusLog;
}

/** The database may be failing over just as an answer comes: the answer is worth waiting for it. */
const JOURNAL_TRIES = { count: 6, pauseMs: 500 };

async function persist(write: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tried === JOURNAL_TRIES.count) throw error;
      await sleep(JOURNAL_TRIES.pauseMs * tried);
    }
  }
}

/** Makes a journaled effect happen and journals what became of it. */
export async function performEffect(deps: PerformDeps, lease: Lease, effect: PlannedEffect): Promise<void> {
  const { db, leases, journals, sender, random, log } = deps;
  const { stepId, attempt, request, timeoutMs } = effect;
  const exchange = await sender.send(request, timeoutMs);
  const jitter = random();
  await persist(() =>
    db.tx(async (tx) => {
      const run = await leases.lock(tx, lease);
      if (!run) {
        log.warn({ runId: lease.runId, stepId, attempt }, 'answer came after the run was taken over');
        return;
      }
      const settled = settleExchange(exchange, { ...effect, now: run.now, jitter });
      const record: JournalRecord = { stepId, effect: effect.effect, attempt, request: null, ...settled };
      await journals.write(tx, run.id, [record], run.now);
    }),
  );
}
