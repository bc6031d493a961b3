import { setTimeout as sleep } from 'node:timers/promises';
import { attemptKey, lostRecords } from '../domain/journal.ts';
import type { Playbook } from '../domain/playbook.ts';
import { readPlaybook, whyRefused } from '../domain/read-playbook.ts';
import type { Lease } from '../lease-repository.ts';
import type { PlaybookRepository } from '../playbook-repository.ts';
import { performEffect, type PerformDeps } from './perform-effect.ts';
import { takeTurn, type TurnDeps } from './take-turn.ts';

export interface ExecuteDeps extends TurnDeps, PerformDeps {
  readonly playbooks: PlaybookRepository;
  /** A decision or a cancellation is noticed at least this often while effects are in flight. */
  readonly pollMs: number;
  readonly leaseMs: number;
}

/** The playbook of a run. Undefined when the run is another executor's by now, or was ended for want of its playbook. */
async function loadPlaybook(deps: ExecuteDeps, lease: Lease): Promise<Playbook | undefined> {
  const { db, leases, playbooks } = deps;
  const run = await leases.lock(db.write, lease);
  if (!run) return undefined;
  const document = await playbooks.findDocument(db.write, run.tenantId, run.playbookId, run.playbookRevision);
  const read = readPlaybook(document);
  if (read.ok) return read.playbook;
  await endUnreadable(deps, lease, whyRefused(read.errors));
  return undefined;
}

/** A playbook that was accepted by another version and is refused by this one: its run would be taken up for ever. */
const endUnreadable = ({ db, leases, journals, finishRun, log }: ExecuteDeps, lease: Lease, detail: string) =>
  db.tx(async (tx) => {
    const run = await leases.lock(tx, lease);
    if (!run) return;
    const journal = await journals.load(tx, run.id);
    await journals.write(tx, run.id, lostRecords(journal, new Set()), run.now);
    await finishRun(tx, run, { outcome: 'failed', detail, playbook: undefined, journal });
    log.error({ runId: run.id, playbookId: run.playbookId, reason: detail }, 'run ended: its playbook cannot be read');
  });

/** Prolongs the lease until told to stop: an effect may take longer than a lease lasts. */
function keepLease({ db, leases, leaseMs, log }: ExecuteDeps, lease: Lease): { readonly stop: () => void } {
  const timer = setInterval(() => {
    leases
      .renew(db.write, lease)
      .catch((error: unknown) => log.warn({ err: error, runId: lease.runId }, 'lease not renewed'));
  }, leaseMs / 3);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/**
 * Executes a run as far as it goes without waiting: until it ends, a person must decide, nothing is due, another executor
 * has taken it over, or the process stops.
 */
export async function executeRun(deps: ExecuteDeps, lease: Lease, isStopping: () => boolean): Promise<void> {
  const playbook = await loadPlaybook(deps, lease);
  if (!playbook) return;
  const inFlight = new Map<string, Promise<void>>();
  const heartbeat = keepLease(deps, lease);
  try {
    for (;;) {
      const turn = await takeTurn(deps, {
        lease,
        playbook,
        inFlight: new Set(inFlight.keys()),
        isStopping: isStopping(),
      });
      if (turn.kind === 'lost' || turn.next.kind !== 'busy') return;
      for (const effect of turn.begin) {
        const key = attemptKey(effect);
        const performed = performEffect(deps, lease, effect)
          .catch((error: unknown) =>
            deps.log.error({ err: error, runId: lease.runId, stepId: effect.stepId }, 'outcome not journaled'),
          )
          .finally(() => inFlight.delete(key));
        inFlight.set(key, performed);
      }
      await Promise.race([...inFlight.values(), sleep(deps.pollMs, undefined, { ref: false })]);
    }
  } finally {
    // A request that was sent is awaited whatever happens: its answer is worth journaling.
    await Promise.all(inFlight.values());
    heartbeat.stop();
  }
}
