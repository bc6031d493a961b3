export { type Batcher, BatcherClosedError, BatcherFullError, type BatcherOptions, createBatcher } from './batcher.ts';
export { createDbCluster, type DbCluster } from './cluster.ts';
export type { DbClusterOptions } from './cluster-options.ts';
export {
  CommitOutcomeUnknownError,
  ConnectionWaitError,
  InvalidConsistencyTokenError,
  isDatabaseUnavailable,
  NoPrimaryError,
  NotCommittedError,
  SplitBrainError,
  StatementTimeoutError,
} from './errors.ts';
export type { ClusterFacts, NodeHealth } from './health.ts';
export type { Listening, NotificationHandler } from './listen.ts';
export {
  migrate,
  type MigrationOptions,
  type MigrationStatus,
  migrationStatus,
  MigrationTurnError,
} from './migrate.ts';
export type { Queryable } from './queryable.ts';
export type { QueryOptions } from './sender.ts';
export { rowsFrom } from './rows-from.ts';
export { identifier, joinSql, json, sql, type SqlStatement } from './sql.ts';
export { tenantRoleOf } from './tenant-role.ts';
export { asSystem, inTenant, type TenantScope } from './tenant-scope.ts';
export { parseTokenKeys } from './token.ts';
export type { Tx, TxOptions } from './transaction.ts';
export type { WriteOptions } from './write-router.ts';
