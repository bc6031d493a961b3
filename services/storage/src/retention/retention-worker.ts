import { randomUUID } from 'node:crypto';
import type { Registry } from '@soc/monitoring';
import type { Worker } from '@soc/service-kit';
import { createBrokenCustodyCounter, settleUnlessBroken } from './broken-custody.ts';
import { type CarryOutDeps, carryOutPolicy } from './carry-out-policy.ts';
import { closeLeftBehind } from './close-left-behind.ts';
import { evidencePurgeRepository } from './evidence-purge-repository.ts';
import { retentionRepository } from './retention-repository.ts';

const LONGEST_PAUSE_S = 60;
/** A purge that still goes on has long been at what it named. */
const LEFT_BEHIND_MS = 10 * 60 * 1000;
const LEFT_BEHIND_ROWS = 100;

/** Settles what was begun under a policy that nobody carries out any more. */
async function settleLeftBehind(deps: CarryOutDeps, signal: AbortSignal): Promise<void> {
  const before = new Date(deps.now().getTime() - LEFT_BEHIND_MS);
  for (const id of await evidencePurgeRepository.listLeftBehind(deps.db.write, before, LEFT_BEHIND_ROWS)) {
    signal.throwIfAborted();
    await settleUnlessBroken(deps, id);
  }
}

async function round(deps: CarryOutDeps, signal: AbortSignal): Promise<void> {
  const holder = randomUUID();
  for (;;) {
    signal.throwIfAborted();
    const claim = await retentionRepository.claim(deps.db.write, holder, deps.now());
    if (!claim) break;
    await carryOutPolicy(deps, claim, signal);
  }
  await settleLeftBehind(deps, signal);
  await closeLeftBehind(deps, signal);
}

/** Carries out policies of all tenants when they are due. Several replicas may do so at once: each policy is one's at a time. */
export function createRetentionWorker(
  given: Omit<CarryOutDeps, 'brokenCustody'> & { readonly registry: Registry },
): Worker {
  const { log, retentionEveryS } = given;
  const deps: CarryOutDeps = { ...given, brokenCustody: createBrokenCustodyCounter(given.registry) };
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const again = (): void => {
    running = round(deps, ending.signal)
      .catch((error: unknown) => {
        if (!ending.signal.aborted) log.warn({ err: error }, 'retention not carried out, will try again');
      })
      .finally(() => {
        if (ending.signal.aborted) return;
        timer = setTimeout(again, Math.min(LONGEST_PAUSE_S, retentionEveryS) * 1000).unref();
      });
  };

  return {
    start: () => again(),
    stop: async () => {
      ending.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
