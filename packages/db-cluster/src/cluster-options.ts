import type { Registry } from '@soc/monitoring';

export interface DbClusterOptions {
  /** A server; which of them is the primary is learnt from the servers, and followed when it changes. */
  readonly primaryUrl: string;
  /** The other servers. */
  readonly replicaUrls: readonly string[];
  /** Connections with the primary; default 8. */
  readonly poolSize?: number;
  /** Connections with each replica; default that of the primary. */
  readonly replicaPoolSize?: number;
  readonly applicationName: string;
  /** A replica further behind than this serves no reads; default 16 MiB. */
  readonly maxLagBytes?: number;
  /** The same in seconds; default 10. */
  readonly maxLagS?: number;
  /** How often servers are asked what they are and how far; default 1,000 ms. */
  readonly probeEveryMs?: number;
  /** A server that does not answer a probe within this time is not used; default 3,000 ms. */
  readonly probeTimeoutMs?: number;
  /** Default 30,000 ms. */
  readonly statementTimeoutMs?: number;
  /** A statement that is under way for this much longer than it may take will not be answered: its connection is closed; default 10,000 ms. */
  readonly overdueMs?: number;
  /** Longest `close` waits for statements and transactions to end before their connections are closed; default 10,000 ms. */
  readonly closeWaitMs?: number;
  /** Longest a caller waits for a free connection; default 5,000 ms. */
  readonly connectionWaitMs?: number;
  /** Longest a call waits for a failover to end and tries again; default 5,000 ms. */
  readonly failoverWaitMs?: number;
  /** Longest a read waits for a replica to replay what its token stands for; default 100 ms. */
  readonly causalWaitMs?: number;
  /** A statement that takes this long is remembered; default 500 ms. */
  readonly slowStatementMs?: number;
  /** Keys of consistency tokens, 32 bytes or more each: the first signs, all are believed. Made up when absent. */
  readonly tokenKeys?: readonly Buffer[];
  /** PEM file of the authority that certificates of servers must come from, with `sslmode=verify-full` in the URLs. */
  readonly caFile?: string | undefined;
  /** The role that statements run as within `inTenant`, which the login role may become. Without one, scopes have no effect. */
  readonly tenantRole?: string;
  readonly registry: Registry;
  /** Told about connections that were lost while idle. */
  readonly onError: (error: Error) => void;
}

const DEFAULTS = {
  poolSize: 8,
  maxLagBytes: 16 * 1024 * 1024,
  maxLagS: 10,
  probeEveryMs: 1_000,
  probeTimeoutMs: 3_000,
  statementTimeoutMs: 30_000,
  overdueMs: 10_000,
  closeWaitMs: 10_000,
  connectionWaitMs: 5_000,
  failoverWaitMs: 5_000,
  causalWaitMs: 100,
  slowStatementMs: 500,
};
/** The options, with those that were not given filled in. */
export type Settings = DbClusterOptions & typeof DEFAULTS;

/** An option given as undefined counts as not given. */
export const settingsOf = (options: DbClusterOptions): Settings => ({
  ...DEFAULTS,
  // Only keys without a value are left out, and those that must be there have one.
  ...(Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as DbClusterOptions),
});
