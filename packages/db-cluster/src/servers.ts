import type { Settings } from './cluster-options.ts';
import { createNode, type Node } from './node.ts';
import { type TopologyWatch, watchTopology } from './topology-watch.ts';

/** The servers, and the view of what they are. */
export interface Servers {
  readonly nodes: readonly Node[];
  readonly watch: TopologyWatch;
}

const IDLE_TIMEOUT_MS = 30_000;
/** A connection that is busy for this much longer than a statement may take will not answer any more. */
const BEYOND_TIMEOUT_MS = 10_000;

/** Asks the servers at once what they are; connections for statements are made when first needed. */
export function openServers(settings: Settings): Servers {
  const nodes = [...new Set([settings.primaryUrl, ...settings.replicaUrls])].map((url) =>
    createNode({
      ...settings,
      url,
      primarySize: settings.poolSize,
      replicaSize: settings.replicaPoolSize ?? settings.poolSize,
      connectTimeoutMs: settings.connectionWaitMs,
      waitMs: settings.connectionWaitMs,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      onIdleLost: settings.onError,
      onDoubt: () => void watch.relearn(),
      onFacts: () => watch.look(),
    }),
  );
  const watch = watchTopology(nodes, settings.probeEveryMs, (nowMs) => sweep(nodes, settings, nowMs));
  return { nodes, watch };
}

function sweep(nodes: readonly Node[], { statementTimeoutMs, probeTimeoutMs }: Settings, nowMs: number): void {
  for (const node of nodes) {
    const isSilent = node.facts() === undefined && nowMs - node.answeredAtMs() > probeTimeoutMs * 2;
    const patienceMs = isSilent ? probeTimeoutMs : statementTimeoutMs + BEYOND_TIMEOUT_MS;
    node.pool.sweep(nowMs, (busyForMs) => busyForMs > patienceMs);
  }
}
