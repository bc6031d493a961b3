import type { DbCluster } from '@soc/db-cluster';
import type { JournalRecord } from '../domain/journal.ts';
import { type Next, type Plan, plan } from '../domain/plan.ts';
import type { PlannedEffect } from '../domain/plan-effect.ts';
import type { Playbook } from '../domain/playbook.ts';
import type { JournalRepository } from '../journal-repository.ts';
import type { Lease, LeaseRepository } from '../lease-repository.ts';
import type { FinishRun } from './finish-run.ts';

export interface TurnDeps {
  readonly db: DbCluster;
  readonly leases: LeaseRepository;
  readonly journals: JournalRepository;
  readonly finishRun: FinishRun;
  readonly allowedHosts: readonly string[];
  readonly defaultTimeoutMs: number;
}

/** What a turn decided. `lost`: another executor holds the run by now. */
export type Turn =
  | { readonly kind: 'lost' }
  | { readonly kind: 'taken'; readonly begin: readonly PlannedEffect[]; readonly next: Next };

const startOf = ({ stepId, effect, attempt, shown }: PlannedEffect): JournalRecord => ({
  stepId,
  effect,
  attempt,
  state: 'started',
  request: shown,
  outcome: null,
  dueAt: null,
});

/** While the process stops it begins nothing, and lets go of the run as soon as nothing is in flight. */
const planStop = (inFlight: ReadonlySet<string>, now: Date): Plan => ({
  records: [],
  begin: [],
  next: inFlight.size > 0 ? { kind: 'busy' } : { kind: 'idle', status: 'running', wakeAt: now.toISOString() },
});

/**
 * One turn of a run, in one transaction under the lock of its row: read the journal, plan, and journal what is about to
 * begin. Only once this has committed may the effects of `begin` happen; a decision of a person comes before or after it.
 */
export function takeTurn(
  deps: TurnDeps,
  turn: {
    readonly lease: Lease;
    readonly playbook: Playbook;
    readonly inFlight: ReadonlySet<string>;
    readonly isStopping: boolean;
  },
): Promise<Turn> {
  const { db, leases, journals, finishRun, allowedHosts, defaultTimeoutMs } = deps;
  const { lease, playbook, inFlight, isStopping } = turn;
  return db.tx(async (tx): Promise<Turn> => {
    const run = await leases.lock(tx, lease);
    if (!run) return { kind: 'lost' };
    const journal = await journals.load(tx, run.id);
    const { records, begin, next } = isStopping
      ? planStop(inFlight, run.now)
      : plan({ playbook, run, journal, inFlight, now: run.now, allowedHosts, defaultTimeoutMs });
    await journals.write(tx, run.id, [...records, ...begin.map(startOf)], run.now);
    if (next.kind === 'idle') await leases.release(tx, run.id, next);
    if (next.kind === 'end') await finishRun(tx, run, { ...next, playbook, journal: [...journal, ...records] });
    return { kind: 'taken', begin, next };
  });
}
