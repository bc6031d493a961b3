import type { Settings } from './cluster-options.ts';
import { createNode, type Node } from './node.ts';
import { type TopologyWatch, watchTopology } from './topology-watch.ts';

/** The servers, and the view of what they are. */
export interface Servers {
  readonly nodes: readonly Node[];
  readonly watch: TopologyWatch;
}

const IDLE_TIMEOUT_MS = 30_000;

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

/** Closes the connections that will not answer any more. A transaction may last, as long as each of its statements ends in time. */
function sweep(nodes: readonly Node[], settings: Settings, nowMs: number): void {
  const { statementTimeoutMs, overdueMs, probeTimeoutMs } = settings;
  for (const node of nodes) {
    const isSilent = node.facts() === undefined && nowMs - node.answeredAtMs() > probeTimeoutMs * 2;
    node.pool.sweep(nowMs, (underWayForMs, ownTimeoutMs = statementTimeoutMs) => {
      // PostgreSQL's 0 is for no limit.
      const mayTakeMs = ownTimeoutMs === 0 ? Infinity : ownTimeoutMs + overdueMs;
      return underWayForMs > (isSilent ? probeTimeoutMs : mayTakeMs);
    });
  }
}
