import { ResponseCompleted, type RunOutcome } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { BusLog, Outbox } from '@soc/messaging';
import { Counter, type Registry } from '@soc/monitoring';
import type { JournalEntry } from '../domain/journal.ts';
import type { Playbook } from '../domain/playbook.ts';
import type { LeasedRun } from '../lease-repository.ts';
import type { RunRepository } from '../run-repository.ts';

export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly detail: string;
}

export type FinishRun = (
  tx: Tx,
  run: LeasedRun,
  facts: RunEnd & {
    /** Undefined where it cannot be read. */
    readonly playbook: Playbook | undefined;
    readonly journal: readonly JournalEntry[];
  },
) => Promise<void>;

/** How many action steps came to an end, whichever; none is known to without the playbook, which tells the steps' types. */
function countExecuted(playbook: Playbook | undefined, journal: readonly JournalEntry[]): number {
  const ended = journal.filter(
    ({ stepId, state }) =>
      ['succeeded', 'failed', 'simulated'].includes(state) && playbook?.steps.get(stepId)?.type === 'action',
  );
  return new Set(ended.map(({ stepId }) => stepId)).size;
}

/** Ends a run and tells of it, in the transaction of its last turn. */
export function createFinishRun(options: {
  readonly runs: RunRepository;
  readonly outbox: Outbox;
  readonly registry: Registry;
  readonly log: BusLog;
}): FinishRun {
  const { runs, outbox, registry, log } = options;
  const ended = new Counter({
    name: 'soc_playbook_runs_total',
    help: 'Playbook runs that ended, by outcome.',
    labelNames: ['outcome', 'dry_run'],
    registers: [registry],
  });
  return async (tx, run, { outcome, detail, playbook, journal }) => {
    const endedAt = run.now.toISOString();
    await runs.finish(tx, run.id, { outcome, detail, endedAt });
    await outbox.publish(
      tx,
      ResponseCompleted,
      {
        runId: run.id,
        playbookId: run.playbookId,
        playbookName: run.playbookName,
        incidentId: run.incidentId,
        outcome,
        detail,
        stepsExecuted: countExecuted(playbook, journal),
        dryRun: run.dryRun,
        startedAt: run.startedAt,
        endedAt,
      },
      { ...run.eventOrigin, subject: run.id },
    );
    tx.afterCommit(() => {
      ended.inc({ outcome, dry_run: String(run.dryRun) });
      log.info({ runId: run.id, outcome, correlationId: run.eventOrigin.correlationId }, 'run ended');
    });
  };
}
