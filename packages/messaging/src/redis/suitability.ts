import { Cluster } from 'ioredis';
import type { Redis, RedisConnector } from './connector.ts';
import { readServerFacts, type RedisServerFacts } from './server-facts.ts';

/** What is put up with, by whoever runs the service. */
export interface RedisAllowances {
  readonly eviction: boolean;
  readonly noPersistence: boolean;
}

/** Whether events can be trusted to Redis. */
export interface Suitability {
  /** Reasons not to start. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** Judges the servers of a topology: none may evict, and each should keep what it has. */
export function judgeServers(servers: readonly RedisServerFacts[], allowed: RedisAllowances): Suitability {
  const policies = new Set(servers.map(({ maxMemoryPolicy }) => maxMemoryPolicy).filter((one) => one !== 'noeviction'));
  const evicts = [...policies].map(
    (policy) =>
      `Redis would throw events away when its memory is full: its maxmemory-policy is ${policy}, not noeviction`,
  );
  const kept = new Set(allowed.noPersistence ? [] : servers.map(({ persistence }) => persistence));
  return {
    refusals: allowed.eviction ? [] : evicts,
    warnings: [
      ...(allowed.eviction ? evicts : []),
      ...(kept.has('none') ? ['Redis keeps nothing on disk: events in it are lost when it ends'] : []),
      ...(kept.has('snapshots') ? ['Redis keeps snapshots only: events since the last are lost when it ends'] : []),
    ],
  };
}

/** The servers a connection can ask: its own, or all of a Cluster. Throws when none answers. */
async function askServers(redis: Redis): Promise<readonly RedisServerFacts[]> {
  if (!(redis instanceof Cluster)) return [readServerFacts(await redis.info())];
  await redis.ping(); // before the first command the cluster knows only the nodes of its URL
  const answers = await Promise.allSettled(redis.nodes('all').map((node) => node.info()));
  const infos = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (infos.length === 0) throw new Error('no node of the cluster answers');
  return infos.map(readServerFacts);
}

/**
 * Facts of every server of the topology that answers: the one server, the master and its replicas behind Sentinels, all
 * nodes of a Cluster. Needs no right but INFO. Throws when Redis is away.
 */
export async function inspectServers(connector: RedisConnector, redis: Redis): Promise<readonly RedisServerFacts[]> {
  const asked = await askServers(redis);
  if (connector.kind !== 'sentinel') return asked;
  const replicas = asked.flatMap(({ replicas: known }) => known);
  const answers = await Promise.allSettled(
    replicas.map(async (endpoint) => {
      const replica = connector.server(endpoint);
      try {
        return readServerFacts(await replica.info());
      } finally {
        replica.disconnect();
      }
    }),
  );
  return [...asked, ...answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))];
}

/** So full that writes will soon be refused. */
const NEARLY_FULL = 0.95;

/** Facts for a health check. Throws, with the reason, when Redis is away or about to refuse or to lose what it is given. */
export async function checkRedis(redis: Redis, allowed: RedisAllowances): Promise<Readonly<Record<string, unknown>>> {
  const servers = await askServers(redis);
  const masters = servers.filter(({ role }) => role === 'master');
  const fullness = ({ usedMemoryBytes, maxMemoryBytes }: RedisServerFacts): number =>
    maxMemoryBytes === 0 ? 0 : usedMemoryBytes / maxMemoryBytes;
  const [fullest] = servers.toSorted((a, b) => fullness(b) - fullness(a) || b.usedMemoryBytes - a.usedMemoryBytes);
  const [refusal] = judgeServers(servers, allowed).refusals;
  if (refusal !== undefined) throw new Error(refusal);
  if (masters.length === 0) throw new Error('the server asked is a replica');
  if (servers.some(({ writesFail }) => writesFail)) throw new Error('Redis cannot write to its disk');
  if (fullest && fullness(fullest) >= NEARLY_FULL) throw new Error('the memory of Redis is nearly full');
  return {
    ...(redis instanceof Cluster ? { nodes: servers.length, masters: masters.length } : { role: servers[0]?.role }),
    connectedReplicas: masters.reduce((sum, { connectedReplicas }) => sum + connectedReplicas, 0),
    usedMemoryBytes: fullest?.usedMemoryBytes,
    maxMemoryBytes: fullest?.maxMemoryBytes,
    persistence: [...new Set(servers.map(({ persistence }) => persistence))].join(', '),
  };
}
