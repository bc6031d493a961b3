import { auditEvents, type ServiceName } from '@soc/contracts';
import { eventSubscribers } from '@soc/contracts/event-subscribers';
import { createStreamCare, createStreamPublisher, openKeyRingFile } from '@soc/messaging/publishing';
import type { BaseConfig, EdgeConfig } from '../config.ts';
import type { EdgePlatform } from '../platform.ts';
import { createAudit, type RunningAudit } from './audit.ts';

const KEEP_MS = 60 * 60 * 1_000;
const MAX_BYTES = 256 * 1024 * 1024;
const STALLED_AFTER_MS = 300_000;

/**
 * Of a service without a database: straight to its stream in Redis. While Redis is away records wait in memory, and those of a
 * process that ends meanwhile are lost.
 */
export async function createStreamAudit(
  service: ServiceName,
  platform: Omit<EdgePlatform<BaseConfig & EdgeConfig>, 'audit'>,
): Promise<RunningAudit> {
  const { config, log, now, registry, connectRedis } = platform;
  const keyRing = await openKeyRingFile(config.BUS_KEY_RING_FILE, log);
  const redis = connectRedis('command');
  const prefix = config.REDIS_PREFIX;
  const publisher = createStreamPublisher({ keyRing, redis, prefix, source: service, now });
  const running = createAudit(
    { service, now, registry, log },
    {
      send: (messages) => publisher.publish(messages),
      publish: () => Promise.reject(new Error(`${service} has no transactions`)),
    },
  );
  const care = createStreamCare({
    redis,
    prefix,
    types: [auditEvents.get(service)?.type ?? ''],
    subscribersOf: (type) => eventSubscribers[type] ?? [],
    bounds: { keepMs: KEEP_MS, maxBytes: MAX_BYTES },
    stalledAfterMs: STALLED_AFTER_MS,
    now,
    registry,
    log,
  });
  return {
    audit: running.audit,
    start: () => {
      running.start();
      care.start();
    },
    flush: running.flush,
    stop: async () => {
      care.stop();
      await running.stop();
      keyRing.close();
    },
  };
}
