import { asSystem, type DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { uuidv7, type Worker } from '@soc/service-kit';
import type { Correlations } from '@soc/sigma';
import type { Ingest } from './ingest.ts';
import { submissionsOfFirings } from './firing-submissions.ts';
import type { SigmaCorrelation } from './sigma-correlation.ts';

/** Longest time between two looks for windows that are due. */
const LOOK_MS = 10_000;

export interface WindowSettling extends Worker {
  /** Judges all windows that are due now; their alerts are stored in the same transactions. */
  readonly settle: () => Promise<void>;
}

/** Judges windows of rules that wait, when nothing has arrived in them for the lateness. Replicas share the work. */
export function createWindowSettling(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly correlation: Pick<SigmaCorrelation, 'settleDue'>;
  readonly correlationsOf: (tenantId: string) => Promise<Correlations>;
  readonly ingest: Pick<Ingest, 'within'>;
  readonly now: () => Date;
  readonly log: BusLog;
  readonly latenessMs: number;
}): WindowSettling {
  const { db, correlation, correlationsOf, ingest, now, log, latenessMs } = given;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const settleOnce = (rulesOf: typeof correlationsOf, exceptTenants: readonly string[]): Promise<boolean> =>
    asSystem(() =>
      db.tx(async (tx) => {
        const result = await correlation.settleDue(tx, rulesOf, exceptTenants);
        if (!result) return false;
        const at = now();
        await ingest.within(tx, submissionsOfFirings(result.firings, uuidv7(at.getTime()), at));
        return true;
      }),
    );

  const settle = async (): Promise<void> => {
    const failed: string[] = [];
    for (let isMore = true; isMore;) {
      let tenant: string | undefined;
      const rulesOf = (tenantId: string) => correlationsOf((tenant = tenantId));
      try {
        isMore = await settleOnce(rulesOf, failed);
      } catch (error) {
        if (tenant === undefined) throw error;
        // One tenant's trouble keeps no other waiting.
        log.warn({ err: error, tenantId: tenant }, 'windows of a tenant not settled');
        failed.push(tenant);
      }
    }
  };

  return {
    settle,
    start: () => {
      const everyMs = Math.min(LOOK_MS, Math.max(1_000, latenessMs / 2));
      timer = setInterval(() => {
        running = running.then(settle).catch((error: unknown) => log.warn({ err: error }, 'windows not settled'));
      }, everyMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
