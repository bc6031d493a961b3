import type { BusService } from '@soc/contracts';
import { createDbCluster, type DbCluster, migrate, tenantRoleOf } from '@soc/db-cluster';
import { createEventBus, type EventBus, messagingMigrations, openKeyRingFile } from '@soc/messaging';
import type { HealthCheck } from '@soc/monitoring';
import { createOutboxAudit } from './audit/audit.ts';
import { busLimitsOf } from './bus-config.ts';
import { busRoutes } from './bus-routes.ts';
import type { BaseConfig, DatabaseConfig } from './config.ts';
import type { EdgePlatform } from './platform.ts';
import { redisAccessOf } from './redis-config.ts';

/** Migrates the schema of a service and opens its database and its end of the bus. */
export async function connectData(
  name: BusService,
  migrations: URL,
  platform: Omit<EdgePlatform<BaseConfig>, 'audit'>,
) {
  const { config, log, now, registry, instanceId } = platform;
  // `defineService` adds these variables to the schema of every service that has migrations.
  const database = config as BaseConfig & DatabaseConfig;
  await migrate({
    url: database.DATABASE_URL,
    otherUrls: database.DATABASE_REPLICA_URLS,
    caFile: database.DATABASE_CA_FILE,
    schema: name,
    directories: [messagingMigrations, migrations],
    onApplied: (migration) => log.info({ migration }, 'migration applied'),
  });
  const db = createDbCluster({
    primaryUrl: database.DATABASE_URL,
    replicaUrls: database.DATABASE_REPLICA_URLS,
    poolSize: database.DATABASE_POOL_SIZE,
    ...(database.DATABASE_REPLICA_POOL_SIZE !== undefined && { replicaPoolSize: database.DATABASE_REPLICA_POOL_SIZE }),
    caFile: database.DATABASE_CA_FILE,
    failoverWaitMs: database.DATABASE_FAILOVER_WAIT_MS,
    slowStatementMs: database.DATABASE_SLOW_STATEMENT_MS,
    tokenKeys: database.CONSISTENCY_TOKEN_KEY,
    applicationName: instanceId,
    tenantRole: tenantRoleOf(`soc_${name}`),
    registry,
    onError: (error) => log.warn({ err: error }, 'idle database connection lost'),
  });
  platform.performanceMonitor.attach(db.statements);
  const bus = createEventBus({
    serviceName: name,
    instanceId,
    db,
    redisUrl: config.REDIS_URL,
    redisAccess: redisAccessOf(config),
    prefix: config.REDIS_PREFIX,
    keyRing: await openKeyRingFile(database.BUS_KEY_RING_FILE, log),
    limits: busLimitsOf(database),
    ...(database.BUS_REPLICAS_TO_ACK !== undefined && { replicasToAck: database.BUS_REPLICAS_TO_ACK }),
    tracer: platform.tracer,
    registry,
    log,
    now,
  });
  const operations = { service: name, db, operations: bus.operations, operatorTenant: database.BUS_OPERATOR_TENANT };
  const running = createOutboxAudit({ service: name, now, registry, log }, { db, outbox: bus.outbox });
  return {
    db,
    bus,
    outbox: bus.outbox,
    ...running,
    routes: busRoutes(operations),
    checks: dataChecks(db, bus),
  };
}

function dataChecks(db: DbCluster, bus: EventBus): Readonly<Record<string, HealthCheck>> {
  return {
    database: { critical: true, run: async () => ({ ...(await db.check()) }) },
    // A service that cannot write still reads.
    databaseWrites: { critical: false, run: db.checkWrites },
    // Without Redis the service still accepts: events wait in the outbox.
    events: { critical: false, run: bus.check },
    consumers: { critical: false, run: () => Promise.resolve(bus.checkConsumers()) },
  };
}
