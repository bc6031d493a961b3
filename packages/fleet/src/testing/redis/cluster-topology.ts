import { together } from '../../together.ts';
import { takeFreePorts } from '../free-ports.ts';
import { waitFor } from '../wait-for.ts';
import { prepareRedisNode, type RedisNode } from './redis-node.ts';
import { prepareTopology, TOPOLOGY_PASSWORD, type TopologyOptions } from './topology.ts';

export interface ClusterOptions extends TopologyOptions {
  /** How long a node may be silent before the others hold it dead; 1,500 ms when absent. */
  readonly nodeTimeoutMs?: number;
}

/** A Redis Cluster of three masters with a replica each. Everything ends when it is disposed of. */
export interface ClusterTopology extends AsyncDisposable {
  /** As a service would be given it. */
  readonly url: string;
  /** PEM of the authority of the certificates, where it speaks TLS. */
  readonly ca: string | undefined;
  readonly nodes: readonly RedisNode[];
  /** The master of a key's slot, as a node that runs sees it. */
  readonly masterOf: (key: string) => Promise<RedisNode>;
  /** Waits until another master than `old` serves the key and the whole cluster is well. */
  readonly failedOverFrom: (old: RedisNode, key: string) => Promise<RedisNode>;
}

const MASTERS = 3;
const SLOTS = 16_384;
const WELL_WITHIN_MS = 60_000;

/** Starts real servers and resolves when all slots are served and every replica is in step. */
export async function startClusterTopology(options: ClusterOptions = {}): Promise<ClusterTopology> {
  const { nodeTimeoutMs = 1_500 } = options;
  const ground = await prepareTopology('cluster', options);
  const { directory, ca } = ground;
  const ports = await takeFreePorts(4 * MASTERS);
  const dataPorts = ports.slice(0, 2 * MASTERS);
  const nodes = await together(
    dataPorts.map((port, index) =>
      prepareRedisNode({
        directory,
        port,
        password: TOPOLOGY_PASSWORD,
        ca,
        lines: [
          ...ground.listenOn(port),
          ...ground.dataLines,
          'cluster-enabled yes',
          `cluster-port ${ports[2 * MASTERS + index] ?? 0}`,
          `cluster-node-timeout ${nodeTimeoutMs}`,
          'cluster-replica-validity-factor 0',
          ...(ca === undefined ? [] : ['tls-cluster yes']),
        ],
      }),
    ),
  );
  const busPorts = new Map(nodes.map((node, index) => [node, ports[2 * MASTERS + index] ?? 0]));
  try {
    await together(nodes.map((node) => node.start()));
    await formCluster(nodes, busPorts);
  } catch (error) {
    await ground.dispose(nodes);
    throw error;
  }
  const masterOf = async (key: string): Promise<RedisNode> => {
    const port = await firstAnswer(nodes, (node) => masterPortOf(node, key));
    const found = nodes.find((node) => node.port === port);
    if (!found) throw new Error(`no node of ours serves ${key}`);
    return found;
  };
  return {
    url: `${ca === undefined ? 'redis' : 'rediss'}+cluster://:${TOPOLOGY_PASSWORD}@${dataPorts.map((port) => `127.0.0.1:${port}`).join()}`,
    ca,
    nodes,
    masterOf,
    failedOverFrom: (old, key) =>
      waitFor(
        async () => {
          const now = await masterOf(key);
          return now !== old && String(await now.command('CLUSTER', 'INFO')).includes('cluster_state:ok') && now;
        },
        { deadlineMs: WELL_WITHIN_MS },
      ),
    [Symbol.asyncDispose]: () => ground.dispose(nodes),
  };
}

/** What `redis-cli --cluster create` does: slots to the first three, then all meet, then the others become replicas. */
async function formCluster(nodes: readonly RedisNode[], busPorts: ReadonlyMap<RedisNode, number>): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  const ids = await together(nodes.map(async (node) => String(await node.command('CLUSTER', 'MYID'))));
  for (const [index, master] of masters.entries()) {
    const [from, to] = [index, index + 1].map((share) => Math.floor((share * SLOTS) / MASTERS));
    await master.command('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? SLOTS) - 1);
    await master.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  const [first] = nodes;
  for (const node of nodes.slice(1)) {
    await first?.command('CLUSTER', 'MEET', '127.0.0.1', node.port, busPorts.get(node) ?? 0);
  }
  await waitFor(async () => (await sayOf(nodes, 'INFO')).every((say) => say.includes(`known_nodes:${nodes.length}`)), {
    deadlineMs: WELL_WITHIN_MS,
  });
  for (const [index, replica] of nodes.slice(MASTERS).entries()) {
    await waitFor(() => replica.command('CLUSTER', 'REPLICATE', ids[index] ?? ''), { deadlineMs: WELL_WITHIN_MS });
  }
  await waitFor(
    async () => {
      const areWell = (await sayOf(nodes, 'INFO')).every((say) => say.includes('cluster_state:ok'));
      // A replica is told of to clients when the others have heard how far it is.
      const slots = await together(nodes.map(async (node) => JSON.stringify(await node.command('CLUSTER', 'SLOTS'))));
      const knowReplicas = slots.every((say) => nodes.every(({ port }) => say.includes(`,${port},`)));
      const replicating = await together(
        nodes.slice(MASTERS).map(async (node) => String(await node.command('INFO', 'replication'))),
      );
      return areWell && knowReplicas && replicating.every((say) => say.includes('master_link_status:up'));
    },
    { deadlineMs: WELL_WITHIN_MS },
  );
}

const sayOf = (nodes: readonly RedisNode[], what: string): Promise<string[]> =>
  Promise.all(nodes.map(async (node) => String(await node.command('CLUSTER', what))));

async function masterPortOf(node: RedisNode, key: string): Promise<number> {
  const slot = Number(await node.command('CLUSTER', 'KEYSLOT', key));
  const ranges: unknown = await node.command('CLUSTER', 'SLOTS');
  for (const range of Array.isArray(ranges) ? (ranges as readonly unknown[]) : []) {
    const [from, to, master] = Array.isArray(range) ? (range as readonly unknown[]) : [];
    if (slot >= Number(from) && slot <= Number(to)) return Number(Array.isArray(master) ? master[1] : undefined);
  }
  throw new Error(`slot ${slot} is served by nobody`);
}

/** Asks one node after the other, past those that do not run. */
async function firstAnswer<T>(nodes: readonly RedisNode[], ask: (node: RedisNode) => Promise<T>): Promise<T> {
  let failure: unknown;
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
