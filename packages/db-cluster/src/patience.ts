import { setTimeout as delay } from 'node:timers/promises';
import { NoPrimaryError, SplitBrainError } from './errors.ts';
import type { Node } from './node.ts';
import type { View } from './topology.ts';
import type { TopologyWatch } from './topology-watch.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;
/** An outage this many times longer than a caller's patience is no failover; callers then only wait for one more look. */
const LOST_CAUSE = 3;
const ONE_LOOK_MS = 250;

/** How long a call may wait for the cluster to become what it needs. */
export interface Patience {
  readonly deadlineMs: number;
  readonly isOver: () => boolean;
  /** Asks the server that failed, and the others, what they are now; pauses longer each time, with jitter. */
  readonly afterFailureOf: (node: Node) => Promise<void>;
}

export function createPatience(watch: TopologyWatch, waitMs: number): Patience {
  const nowMs = performance.now();
  const outageSinceMs = watch.outageSinceMs();
  const isLostCause = outageSinceMs !== undefined && nowMs - outageSinceMs > waitMs * LOST_CAUSE;
  const deadlineMs = nowMs + (isLostCause ? Math.min(waitMs, ONE_LOOK_MS) : waitMs);
  let pauseMs = FIRST_PAUSE_MS;
  return {
    deadlineMs,
    isOver: () => performance.now() >= deadlineMs,
    afterFailureOf: async (node) => {
      const probing = node.probe();
      void watch.relearn();
      await probing;
      await delay(Math.random() * pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    },
  };
}

/** The primary, once there is one. Throws `NoPrimaryError`, or `SplitBrainError` when there is more than one claim. */
export async function waitForPrimary(watch: TopologyWatch, { deadlineMs }: Patience): Promise<Node> {
  await watch.until(({ primary }) => primary !== undefined, deadlineMs);
  const view = watch.view();
  if (view.primary) return view.primary;
  throw refusalOf(view);
}

export function refusalOf({ problem }: View<Node>): NoPrimaryError {
  const detail = problem?.detail ?? 'no server is the primary';
  return problem && problem.kind !== 'no_primary'
    ? new SplitBrainError(`writing is refused: ${detail}`)
    : new NoPrimaryError(`there is nowhere to write: ${detail}`);
}
