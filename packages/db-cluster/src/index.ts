export { type Batcher, createBatcher } from './batcher.ts';
export { createDbCluster, type DbCluster, type DbClusterOptions } from './cluster.ts';
export { migrate, type MigrationOptions, type MigrationStatus, migrationStatus } from './migrate.ts';
export { isDatabaseUnavailable, type Queryable } from './pool.ts';
export { identifier, joinSql, json, sql, type SqlStatement } from './sql.ts';
export { tenantRoleOf } from './tenant-role.ts';
export type { Tx } from './transaction.ts';
