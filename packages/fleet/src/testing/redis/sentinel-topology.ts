import { together } from '../../together.ts';
import { takeFreePorts } from '../free-ports.ts';
import { waitFor } from '../wait-for.ts';
import { prepareRedisNode, type RedisNode } from './redis-node.ts';
import { prepareTopology, TOPOLOGY_PASSWORD, type TopologyOptions } from './topology.ts';

export interface SentinelOptions extends TopologyOptions {
  /** 1 when absent. */
  readonly replicas?: number;
  /** How long the Sentinels wait for a silent master before they hold it dead; 1,000 ms when absent. */
  readonly downAfterMs?: number;
}

/** A master, its replicas, and three Sentinels that watch over them. Everything ends when it is disposed of. */
export interface SentinelTopology extends AsyncDisposable {
  /** As a service would be given it. */
  readonly url: string;
  /** PEM of the authority of the certificates, where it speaks TLS. */
  readonly ca: string | undefined;
  /** The first was the master at the start. */
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly sentinels: readonly RedisNode[];
  /** The node that the first Sentinel calls master. */
  readonly master: () => Promise<RedisNode>;
  /** Waits until a master other than `old` accepts writes. */
  readonly failedOverFrom: (old: RedisNode) => Promise<RedisNode>;
}

const MASTER = 'soc';
const SENTINELS = 3;
const FAILOVER_WITHIN_MS = 60_000;

/** Starts real servers and resolves when the Sentinels know each other and the replicas are in step. */
export async function startSentinelTopology(options: SentinelOptions = {}): Promise<SentinelTopology> {
  const { replicas = 1, downAfterMs = 1_000 } = options;
  const ground = await prepareTopology('sentinel', options);
  const { directory, ca } = ground;
  const ports = await takeFreePorts(1 + replicas + SENTINELS);
  const [masterPort] = ports;
  const dataPorts = ports.slice(0, 1 + replicas);
  const sentinelPorts = ports.slice(1 + replicas);

  const nodes = await together(
    dataPorts.map((port) =>
      prepareRedisNode({
        directory,
        port,
        password: TOPOLOGY_PASSWORD,
        ca,
        lines: [
          ...ground.listenOn(port),
          ...ground.dataLines,
          ...(port === masterPort ? [] : [`replicaof 127.0.0.1 ${masterPort}`]),
        ],
      }),
    ),
  );
  const sentinels = await together(
    sentinelPorts.map((port) =>
      prepareRedisNode({
        directory,
        port,
        ca,
        isSentinel: true,
        lines: [
          ...ground.listenOn(port),
          `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
          `sentinel auth-pass ${MASTER} ${TOPOLOGY_PASSWORD}`,
          `sentinel down-after-milliseconds ${MASTER} ${downAfterMs}`,
          // An election that nobody won, as happens on a busy machine, is repeated after twice this.
          `sentinel failover-timeout ${MASTER} 3000`,
        ],
      }),
    ),
  );
  const all = [...nodes, ...sentinels];
  const master = async (): Promise<RedisNode> => {
    const [first] = sentinels;
    const address: unknown = await first?.command('SENTINEL', 'get-master-addr-by-name', MASTER);
    const port = Array.isArray(address) ? Number(address[1]) : undefined;
    const found = nodes.find((node) => node.port === port);
    if (!found) throw new Error(`no node of ours is the master: ${String(address)}`);
    return found;
  };
  try {
    await together(nodes.map((node) => node.start()));
    await together(sentinels.map((sentinel) => sentinel.start()));
    await together(sentinels.map((sentinel) => waitUntilWatching(sentinel, replicas)));
  } catch (error) {
    await ground.dispose(all);
    throw error;
  }
  return {
    url: `${ca === undefined ? 'redis' : 'rediss'}+sentinel://:${TOPOLOGY_PASSWORD}@${sentinelPorts.map((port) => `127.0.0.1:${port}`).join()}/${MASTER}`,
    ca,
    // There is a master, whatever `replicas` is.
    nodes: nodes as unknown as SentinelTopology['nodes'],
    sentinels,
    master,
    failedOverFrom: (old) =>
      waitFor(
        async () => {
          const now = await master();
          return now !== old && String(await now.command('INFO', 'replication')).includes('role:master') && now;
        },
        { deadlineMs: FAILOVER_WITHIN_MS },
      ),
    [Symbol.asyncDispose]: () => ground.dispose(all),
  };
}

/** Before that a failover could find no majority, or no replica. */
async function waitUntilWatching(sentinel: RedisNode, replicas: number): Promise<void> {
  await waitFor(
    async () => {
      const facts = String(await sentinel.command('INFO', 'sentinel'));
      return facts.includes('status=ok') && facts.includes(`slaves=${replicas},sentinels=${SENTINELS}`);
    },
    { deadlineMs: FAILOVER_WITHIN_MS },
  );
}
