import { Cluster, Redis as SingleRedis, type RedisOptions } from 'ioredis';
import { BoundedCluster } from './bounded-cluster.ts';
import { createFailoverWatch } from './failover-watch.ts';
import { type Endpoint, parseRedisUrl, type RedisTarget } from './target.ts';

/** A connection to Redis, or to each master of a Redis Cluster; the commands are the same. */
export type Redis = SingleRedis | Cluster;

/** What a URL should not hold: certificates, and the credentials of the Sentinels. */
export interface RedisAccess {
  /** PEM of the authorities that a server's certificate may come from; those Node trusts when absent. */
  readonly ca?: string;
  /** PEM of a client certificate and its key, for a server that asks for one. */
  readonly certificate?: string;
  readonly key?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

export interface RedisConnectorOptions {
  /** A form that `parseRedisUrl` reads. */
  readonly url: string;
  readonly access?: RedisAccess;
  /** Called for every failure of a connection, also for those it recovers from by itself. */
  readonly onError: (error: Error) => void;
}

/** Opens connections, each of which its caller disconnects. They reconnect by themselves and follow failovers. */
export interface RedisConnector {
  readonly kind: RedisTarget['kind'];
  /** For commands that fail, within 5 s, while Redis is away. What is sent in one tick goes in one write. */
  readonly command: () => Redis;
  /** For one stream read at a time, of at most `BLOCK_MS`. Fails at once when the connection is lost. */
  readonly blocking: () => Redis;
  /** For commands that wait until Redis is back: subscriptions. */
  readonly waiting: () => Redis;
  /** For a worker of BullMQ, which blocks for up to 10 s and tries again what fails, but not what is never answered. */
  readonly working: () => Redis;
  /** For commands to one server, whatever its role. */
  readonly server: (endpoint: Endpoint) => SingleRedis;
}

/** Longest a stream read blocks. */
export const BLOCK_MS = 2_000;

const ANSWER_WITHIN_MS = 5_000;
const CONNECT_WITHIN_MS = 5_000;
/** BullMQ blocks for at most 10 s. */
const WAITING_SOCKET_TIMEOUT_MS = 30_000;
/** No command of a worker, on its way to a master that dies, may hold it up for ever. */
const WORKING_ANSWER_WITHIN_MS = 15_000;

/** Answers keep the shapes of RESP2, for which the types of commands are written. */
type Settings = Omit<RedisOptions, 'replyMapping'>;

/** Settings of one kind of connection, over those that all share. */
type Kind = Pick<
  Settings,
  'maxRetriesPerRequest' | 'enableAutoPipelining' | 'commandTimeout' | 'socketTimeout' | 'enableReadyCheck'
>;

/** The socket time-outs lie above the longest wait for an answer: a peer that vanished without a word is given up. */
const KINDS = {
  command: {
    maxRetriesPerRequest: 1,
    enableAutoPipelining: true,
    commandTimeout: ANSWER_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS + 2_000,
  },
  blocking: { maxRetriesPerRequest: 0, socketTimeout: BLOCK_MS * 3 },
  waiting: { maxRetriesPerRequest: null, socketTimeout: WAITING_SOCKET_TIMEOUT_MS },
  working: {
    maxRetriesPerRequest: null,
    commandTimeout: WORKING_ANSWER_WITHIN_MS,
    socketTimeout: WAITING_SOCKET_TIMEOUT_MS,
  },
} satisfies Record<string, Kind>;

const pauseMs = (attempt: number): number => Math.min(50 * attempt, 1_000);

/** A server that has been demoted answers like this; the connection must look for the new master. */
const isDemoted = ({ message }: Error): boolean => /^(READONLY|UNBLOCKED|MASTERDOWN)\b/.test(message);

/** Throws `RedisUrlError`. Connects nothing yet. */
export function createRedisConnector(options: RedisConnectorOptions): RedisConnector {
  const target = parseRedisUrl(options.url);
  const leaveOldMaster =
    target.kind === 'sentinel' &&
    createFailoverWatch({ ...target, settings: sentinelSettingsOf(target, options.access ?? {}) });
  const open = (kind: Kind): Redis => {
    const redis = target.kind === 'cluster' ? openCluster(target, kind, options) : openMaster(target, kind, options);
    redis.on('error', options.onError);
    redis.on('node error', options.onError); // only a cluster has these
    if (leaveOldMaster && redis instanceof SingleRedis) leaveOldMaster(redis);
    return redis;
  };
  return {
    kind: target.kind,
    command: () => open(KINDS.command),
    blocking: () => open(KINDS.blocking),
    waiting: () => open(KINDS.waiting),
    working: () => open(KINDS.working),
    server: ({ host, port }) => {
      const settings = { ...settingsOf(target, options.access ?? {}), ...KINDS.command, retryStrategy: pauseMs };
      const redis = new SingleRedis({ ...settings, host, port });
      redis.on('error', options.onError);
      return redis;
    },
  };
}

type Access = Pick<RedisConnectorOptions, 'access'>;

function openMaster(
  target: Exclude<RedisTarget, { kind: 'cluster' }>,
  kind: Kind,
  { access = {} }: Access,
): SingleRedis {
  const shared: Settings = {
    ...settingsOf(target, access),
    ...kind,
    retryStrategy: pauseMs,
    reconnectOnError: isDemoted,
  };
  if (target.kind === 'single') return new SingleRedis({ ...shared, ...target.endpoint, db: target.database });
  const { sentinelUsername, sentinelPassword } = access;
  return new SingleRedis({
    ...shared,
    sentinels: target.sentinels.map((endpoint) => ({ ...endpoint })),
    name: target.masterName,
    sentinelRetryStrategy: pauseMs,
    sentinelCommandTimeout: ANSWER_WITHIN_MS,
    enableTLSForSentinelMode: target.usesTls,
    ...(shared.tls && { sentinelTLS: shared.tls }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  });
}

function openCluster(
  target: Extract<RedisTarget, { kind: 'cluster' }>,
  { commandTimeout, enableAutoPipelining = false, ...kind }: Kind,
  { access = {} }: Access,
): Cluster {
  const nodes = target.nodes.map((endpoint) => ({ ...endpoint }));
  const options = {
    redisOptions: { ...settingsOf(target, access), ...kind },
    enableAutoPipelining,
    clusterRetryStrategy: pauseMs,
    slotsRefreshTimeout: ANSWER_WITHIN_MS,
    // A failover is noticed also by who has nothing to send meanwhile, and by one whose old master hangs.
    slotsRefreshInterval: 2_000,
    // Names are left to the connection: a certificate is checked against the name, not against what it resolves to.
    dnsLookup: (host: string, done: (error: null, address: string) => void) => done(null, host),
  };
  if (commandTimeout !== undefined) return new BoundedCluster(nodes, options, commandTimeout);
  return new Cluster(nodes, options);
}

/** The Sentinels have users of their own, or none. */
const sentinelSettingsOf = (target: RedisTarget, access: RedisAccess): Settings => {
  const { username: _, password: __, ...shared } = settingsOf(target, access);
  const { sentinelUsername, sentinelPassword } = access;
  return {
    ...shared,
    retryStrategy: pauseMs,
    enableReadyCheck: false,
    ...(sentinelUsername !== undefined && { username: sentinelUsername }),
    ...(sentinelPassword !== undefined && { password: sentinelPassword }),
  };
};

/** What every connection to a server has. */
function settingsOf(target: RedisTarget, { ca, certificate, key }: RedisAccess): Settings {
  return {
    connectTimeout: CONNECT_WITHIN_MS,
    // Redis 7.0 does not know it, and the users of the services may not send it.
    disableClientInfo: true,
    ...(target.username !== undefined && { username: target.username }),
    ...(target.password !== undefined && { password: target.password }),
    // The host is checked as well: whatever NODE_TLS_REJECT_UNAUTHORIZED says, nobody is trusted unseen.
    ...(target.usesTls && {
      tls: {
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ...(ca !== undefined && { ca }),
        ...(certificate !== undefined && { cert: certificate }),
        ...(key !== undefined && { key }),
      },
    }),
  };
}
