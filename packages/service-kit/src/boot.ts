import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { BusService, type ServiceName } from '@soc/contracts';
import { createRedisConnector, type Redis } from '@soc/messaging/redis';
import { createHealthChecker, createPerformanceMonitor, createRegistry } from '@soc/monitoring';
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { RunningAudit } from './audit/audit.ts';
import { withCacheInvalidation } from './cache-generations.ts';
import { type BaseConfig, type EdgeConfig, parseConfig } from './config.ts';
import { errorForLog } from './error-for-log.ts';
import { closeInSteps } from './close-in-steps.ts';
import { createFarewell } from './farewell.ts';
import { addRoutes, createHttpApp } from './http-app.ts';
import { openTracer } from './open-tracer.ts';
import { addOperations } from './operations.ts';
import type { EdgePlatform, Platform, ServiceParts } from './platform.ts';
import { redisAccessOf } from './redis-config.ts';
import { createRedisWatch } from './redis-watch.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { type Env, withSecretsFile } from './secrets-file.ts';
import { traceForLog } from './trace-for-log.ts';
import { type KeySources, remoteKeySources, verifierOf } from './trusted-tokens.ts';

export interface BootOptions {
  readonly env: Env;
  /** In place of those that read AUTH_JWKS_URL and GATEWAY_JWKS_URL. */
  readonly keySources?: KeySources;
  readonly log?: Logger;
  readonly now?: () => Date;
}

export interface RunningService {
  readonly app: FastifyInstance;
  readonly log: Logger;
  readonly config: BaseConfig;
  /** Takes requests and events from here on; resolves with the URL. */
  readonly listen: () => Promise<string>;
  /** Reads configuration anew; absent where nothing can be. */
  readonly reload?: () => Promise<void>;
  /** Says so for a while, stops accepting, finishes requests, then events, then closes the pools. */
  readonly close: () => Promise<void>;
}

/** Version of the fleet, from this package. */
export const FLEET_VERSION: string = readVersion();

function readVersion(): string {
  // Our own package.json, which has a version.
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

/** The log of a process, one JSON object a line; to the standard output unless told otherwise. */
export const createLog = (
  { level, service, instance }: Readonly<Record<'level' | 'service' | 'instance', string>>,
  destination: DestinationStream = pino.destination(1),
): Logger =>
  pino({ level, base: { service, instance }, serializers: { err: errorForLog }, mixin: traceForLog }, destination);

type PlatformBeforeAudit = Omit<EdgePlatform<BaseConfig & EdgeConfig>, 'audit'>;

/** Builds a service from its definition and the environment: migrates its schema, connects, registers its routes. */
export async function bootService(definition: ServiceDefinition, options: BootOptions): Promise<RunningService> {
  const now = options.now ?? (() => new Date());
  const config = parseConfig(definition.config, withSecretsFile(options.env));
  const { name } = definition;
  const instanceId = config.INSTANCE_ID ?? `${name}-${hostname()}`;
  const log = options.log ?? createLog({ level: config.LOG_LEVEL, service: name, instance: instanceId });
  const edge = await createEdgePlatform(config, { instanceId, log, now, keySources: options.keySources, name });
  await edge.redis.demandSuitable().catch(async (error: unknown) => {
    edge.close();
    await edge.platform.tracer?.close();
    throw error;
  });
  const data = await connect(definition, edge.platform);
  const running = data ?? (await streamAudit(name, edge.platform));
  const { audit } = running;
  // An edge service's create() is typed not to see the database and the bus; for every other one `data` is there.
  const parts = await definition.create({ ...edge.platform, ...data, audit } as Platform<BaseConfig>);
  const outdating = { connect: () => edge.platform.connectRedis('command'), prefix: config.REDIS_PREFIX, log };
  data?.bus.subscribe(withCacheInvalidation(name, parts, outdating));

  const { trustedProxies, acceptsUpgrade } = parts;
  const app = createHttpApp({
    log,
    now,
    ...(trustedProxies && { trustedProxies }),
    ...(acceptsUpgrade && { acceptsUpgrade }),
  });
  const farewell = createFarewell(app);
  const health = createHealthChecker({
    service: name,
    version: FLEET_VERSION,
    startedAtMs: now().getTime(),
    nowMs: () => now().getTime(),
    checks: { redis: edge.redis.check, ...data?.checks, ...parts.checks },
  });
  addOperations(app, {
    health,
    registry: edge.platform.registry,
    isLeaving: farewell.isLeaving,
    ...(parts.metrics && { metrics: parts.metrics }),
  });
  addRoutes(app, [...parts.routes, ...(data?.routes ?? [])], {
    log,
    now,
    verifier: parts.verifier ?? edge.platform.verifier,
    checkResponses: config.CHECK_RESPONSES,
    audit,
    ...(data && { db: data.db, tracer: edge.platform.tracer }),
  });
  await parts.extend?.(app, { isLeaving: farewell.isLeaving });

  return {
    app,
    log,
    config,
    ...(parts.reload && { reload: parts.reload }),
    listen: async () => {
      data?.bus.start();
      running.start();
      for (const worker of parts.workers ?? []) await worker.start();
      return app.listen({ host: config.SOC_HOST, port: config.PORT });
    },
    close: () =>
      closeInSteps(log, [
        ['the farewell', () => farewell.say(config.SHUTDOWN_GRACE_MS)],
        ['requests', () => app.close()],
        // Workers may need all the time there is; what is held must not be lost with it.
        ['workers', () => Promise.all([running.flush(), stopWorkers(parts)])],
        ['the audit trail', () => running.stop()],
        ['events', () => data?.bus.close()],
        ['connections to Redis', () => edge.close()],
        ['the database', () => data?.db.close()],
        ['spans', () => edge.platform.tracer?.close()],
      ]),
  };
}

/** Loaded only where it is used: a service without a database spares 10 MB of drivers and queues. */
async function connect({ name, migrations }: ServiceDefinition, platform: PlatformBeforeAudit) {
  if (!migrations) return undefined;
  const { connectData } = await import('./data.ts');
  return connectData(BusService.parse(name), migrations, platform);
}

async function streamAudit(name: ServiceName, platform: PlatformBeforeAudit): Promise<RunningAudit> {
  const { createStreamAudit } = await import('./audit/stream-audit.ts');
  return createStreamAudit(name, platform);
}

const stopWorkers = (parts: ServiceParts) => Promise.all((parts.workers ?? []).map((worker) => worker.stop()));

async function createEdgePlatform(
  config: BaseConfig & EdgeConfig,
  given: Pick<EdgePlatform<BaseConfig>, 'instanceId' | 'log' | 'now'> & {
    readonly name: ServiceName;
    readonly keySources: KeySources | undefined;
  },
) {
  const { instanceId, log, now, name } = given;
  const registry = createRegistry(name, instanceId);
  const nowMs = (): number => now().getTime();
  const connections: Redis[] = [];
  const connector = createRedisConnector({
    url: config.REDIS_URL,
    access: redisAccessOf(config),
    onError: (error) => log.warn({ err: error }, 'redis connection error'),
  });
  const tracer = await openTracer(config, { service: name, version: FLEET_VERSION, instanceId }, { registry, log });
  const redis = createRedisWatch(connector, config, { log, registry });
  const keySources = given.keySources ?? remoteKeySources(config, nowMs);
  const platform: PlatformBeforeAudit = {
    config,
    instanceId,
    log,
    now,
    registry,
    keySources,
    verifier: verifierOf(name, config, { keySources, nowMs }),
    performanceMonitor: createPerformanceMonitor({ registry, now }),
    tracer,
    redisCheck: redis.check,
    connectRedis: (kind) => {
      const connection = kind === 'command' ? connector.command() : connector.waiting();
      connections.push(connection);
      return connection;
    },
  };
  const close = (): void => {
    redis.close();
    for (const connection of connections) connection.disconnect();
  };
  return { platform, redis, close };
}
