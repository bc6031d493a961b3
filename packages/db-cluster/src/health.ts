import type { Node } from './node.ts';
import type { TopologyWatch } from './topology-watch.ts';
import { within } from './within.ts';

export interface NodeHealth {
  readonly node: string;
  readonly role: 'primary' | 'replica' | 'unreachable' | 'foreign';
  readonly timeline: number | null;
  readonly lagBytes: number | null;
  readonly lagS: number | null;
}

/** The cluster as this process sees it. */
export interface ClusterFacts {
  readonly primary: string | null;
  /** Why nothing can be written; null when it can. */
  readonly writeRefused: string | null;
  readonly timeline: number;
  /** Servers that are replicas, and all that are not the primary. */
  readonly replicasUsable: number;
  readonly replicas: number;
  /** Of the replica furthest behind; null without one. */
  readonly lagBytes: number | null;
  readonly nodes: readonly NodeHealth[];
}

const ASK_WITHIN_MS = 1_000;

/** Asks every server anew. Throws when none answers. */
export async function checkCluster(nodes: readonly Node[], watch: TopologyWatch): Promise<ClusterFacts> {
  // A server that hangs must not hold up what is known of the others.
  await within(watch.relearn(), ASK_WITHIN_MS).catch(() => undefined);
  if (nodes.every((node) => node.facts() === undefined)) throw new Error('no database server answers');
  const view = watch.view();
  const replicas = watch.replicas();
  return {
    primary: view.primary?.name ?? null,
    writeRefused: view.problem?.detail ?? null,
    timeline: view.memory.timeline,
    replicas: nodes.length - 1,
    replicasUsable: replicas.length,
    lagBytes: replicas.length === 0 ? null : Math.max(...replicas.map(({ lagBytes }) => lagBytes)),
    nodes: nodes.map((node) => healthOf(node, watch)),
  };
}

function healthOf(node: Node, watch: TopologyWatch): NodeHealth {
  const facts = node.facts();
  const replica = watch.replicas().find((one) => one.node === node);
  const role = watch.view().foreign.includes(node) ? 'foreign' : (facts?.role ?? 'unreachable');
  return {
    node: node.name,
    role,
    timeline: facts?.timeline ?? null,
    lagBytes: replica?.lagBytes ?? null,
    lagS: replica?.lagS ?? null,
  };
}
