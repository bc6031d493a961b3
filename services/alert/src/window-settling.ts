import { asSystem, type DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { uuidv7, type Worker } from '@soc/service-kit';
import type { Ingest } from './ingest.ts';
import type { DueRule } from './correlation-window-repository.ts';
import { submissionsOfFirings } from './firing-submissions.ts';
import type { RulesAtWork, SigmaCorrelation } from './sigma-correlation.ts';

/** Longest time between two looks for windows that are due. */
const LOOK_MS = 10_000;

export interface WindowSettling extends Worker {
  /** Judges all windows that are due now; their alerts are stored in the same transactions. */
  readonly settle: () => Promise<void>;
}

/** Judges windows of rules that wait, when nothing has arrived in them for the lateness. Replicas share the work. */
export function createWindowSettling(given: {
  readonly db: Pick<DbCluster, 'tx' | 'write'>;
  readonly correlation: Pick<SigmaCorrelation, 'findDue' | 'settleDue'>;
  readonly rulesOf: (tenantId: string) => Promise<RulesAtWork>;
  readonly ingest: Pick<Ingest, 'within'>;
  readonly now: () => Date;
  readonly log: BusLog;
  readonly latenessMs: number;
}): WindowSettling {
  const { db, correlation, rulesOf, ingest, now, log, latenessMs } = given;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const settleOnce = (due: DueRule, rules: RulesAtWork): Promise<boolean> =>
    asSystem(() =>
      db.tx(async (tx) => {
        const result = await correlation.settleDue(tx, due, rules);
        if (!result) return false;
        const at = now();
        await ingest.within(tx, submissionsOfFirings(result.firings, uuidv7(at.getTime()), at));
        return true;
      }),
    );

  // One tenant's trouble keeps no other waiting, and one rule's no other of its tenant.
  const settle = async (): Promise<void> => {
    const [tenants, rules]: [string[], DueRule[]] = [[], []];
    for (;;) {
      const due = await asSystem(() => correlation.findDue(db.write, { tenants, rules }));
      if (!due) return;
      // Loaded before windows are locked: compiling takes seconds, for which events would wait.
      const atWork = await rulesOf(due.tenantId).catch((error: unknown) => {
        log.warn({ err: error, ...due }, 'rules of a tenant not to be had');
      });
      if (!atWork) {
        tenants.push(due.tenantId);
        continue;
      }
      const isSettled = await settleOnce(due, atWork).catch((error: unknown) => {
        log.warn({ err: error, ...due }, 'windows of a rule not settled');
      });
      if (isSettled !== true) rules.push(due);
    }
  };

  return {
    settle,
    start: () => {
      const everyMs = Math.min(LOOK_MS, Math.max(1_000, latenessMs / 2));
      timer = setInterval(() => {
        running ??= settle()
          .catch((error: unknown) => log.warn({ err: error }, 'windows not settled'))
          .finally(() => {
            running = undefined;
          });
      }, everyMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
