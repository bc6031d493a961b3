import { setTimeout as pause } from 'node:timers/promises';
import {
  checkRedis,
  inspectServers,
  judgeServers,
  type Redis,
  redisCertificates,
  type RedisConnector,
} from '@soc/messaging/redis';
import { Gauge, type HealthCheck, type Registry } from '@soc/monitoring';
import type { Logger } from 'pino';
import { ConfigError } from './config-error.ts';
import type { RedisConfig } from './redis-config.ts';

/** Looks after the Redis of a service: before it starts, and whenever its health is asked for. */
export interface RedisWatch {
  /** Throws `ConfigError` when events cannot be trusted to it. One that is away does not keep a service from starting. */
  readonly demandSuitable: () => Promise<void>;
  readonly check: HealthCheck;
  readonly close: () => void;
}

const INSPECT_WITHIN_MS = 3_000;

export function createRedisWatch(
  connector: RedisConnector,
  config: RedisConfig,
  { log, registry }: { readonly log: Logger; readonly registry: Registry },
): RedisWatch {
  const redis = connector.command();
  observeCertificates(redis, registry);
  const allowed = { eviction: config.REDIS_ALLOW_EVICTION, noPersistence: config.REDIS_ALLOW_NO_PERSISTENCE };

  const inspect = async () => {
    try {
      return await Promise.race([
        inspectServers(connector, redis),
        pause(INSPECT_WITHIN_MS, undefined, { ref: false }).then(() => {
          throw new Error(`no answer in ${INSPECT_WITHIN_MS} ms`);
        }),
      ]);
    } catch (error) {
      log.warn({ err: error }, 'redis not inspected, its health check will tell');
      return [];
    }
  };

  return {
    demandSuitable: async () => {
      const { refusals, warnings } = judgeServers(await inspect(), allowed);
      for (const warning of warnings) log.warn({ warning }, 'redis is not set up for production');
      if (refusals.length > 0) throw new ConfigError(`REDIS_URL: ${refusals.join('; ')}`);
    },
    check: { critical: false, run: () => checkRedis(redis, allowed) },
    close: () => redis.disconnect(),
  };
}

function observeCertificates(redis: Redis, registry: Registry): void {
  const gauge = new Gauge({
    name: 'soc_redis_certificate_expiry_timestamp_seconds',
    help: 'When the certificate ends that a Redis server last showed, in seconds since 1970; nothing of servers without TLS.',
    labelNames: ['node'],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const { node, endsAt } of redisCertificates(redis)) gauge.set({ node }, endsAt.getTime() / 1000);
    },
  });
}
