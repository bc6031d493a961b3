import cluster from 'node:cluster';
import type { EndpointSpec } from '@soc/contracts';
import { createHealthChecker, type HealthCheck } from '@soc/monitoring';
import { type EdgePlatform, FLEET_VERSION } from '@soc/service-kit';
import { createAccessLog, openStandardOutput } from './access-log.ts';
import { createAdmission } from './admission.ts';
import { createApiKeyExchange } from './api-key-exchange.ts';
import { createAuthClient } from './auth-client.ts';
import type { GatewayConfig } from './config.ts';
import { createInternalTokens } from './internal-tokens.ts';
import { createLiveConfig } from './live-config.ts';
import { createLoadShedder } from './load-shedder.ts';
import { createOpenStreams } from './open-streams.ts';
import { createFindings } from './express/findings.ts';
import { createRateCounts } from './rate-counts.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createRequestJournal } from './request-journal.ts';
import { createRequestTraces } from './request-traces.ts';
import { createResponseCache } from './response-cache.ts';
import { createRevocations } from './revocations.ts';
import { createServiceToken } from './service-token.ts';
import { createUpgrades } from './upgrades.ts';
import { countUpstreamEvents, observeUpstreams } from './upstream/observe-upstreams.ts';
import { createOrders } from './upstream/orders.ts';
import { upstreamSettings } from './upstream/upstream-config.ts';
import { createUpstreams } from './upstream/upstreams.ts';
import { createSiblings } from './workers/siblings.ts';
import { createWorkerReports } from './workers/worker-reports.ts';

export type GatewayDeps = ReturnType<typeof createGatewayDeps>;

/** The whole graph of a gateway before the services that declare `proxied`. */
export function createGatewayDeps(platform: EdgePlatform<GatewayConfig>, proxied: readonly EndpointSpec[]) {
  const { audit, config, instanceId, log, now, registry } = platform;
  const nowMs = (): number => now().getTime();
  const upstreams = createUpstreams(upstreamSettings(config), countUpstreamEvents(registry));
  observeUpstreams(registry, upstreams);

  const access = log.isLevelEnabled('info') ? openStandardOutput() : undefined;
  const redis = platform.connectRedis('command');
  const auth = createAuthClient(upstreams, log);
  const serviceToken = createServiceToken(auth, config.SERVICE_SECRET, nowMs);
  const openStreams = createOpenStreams();
  const internalTokens = createInternalTokens(config.GATEWAY_SIGNING_KEY_FILE, nowMs);
  const live = createLiveConfig({
    config,
    log,
    registry,
    apply: (next) => upstreams.update(upstreamSettings(next)),
  });
  const limiter = createRateLimiter({ redis, prefix: config.REDIS_PREFIX, registry, log });
  const countsOf = createRateCounts(live.rates);
  const { verifier, feed } = createRevocations(platform, { auth, serviceToken, openStreams });
  const checks: Readonly<Record<string, HealthCheck>> = {
    // Without Redis there is no rate limit, and everything else works.
    redis: platform.redisCheck,
    revocations: feed.check,
    configuration: live.check,
  };
  const own = { service: 'gateway', version: FLEET_VERSION, startedAtMs: nowMs(), nowMs } as const;
  const workers = createWorkerReports(createSiblings(cluster.worker), registry, {
    place: config.GATEWAY_WORKER_PLACE,
    runChecks: createHealthChecker({ ...own, checks }).runChecks,
    labels: { service: 'gateway', instance: instanceId },
  });
  const allChecks = workers ? { ...checks, workers: workers.check } : checks;
  return {
    audit,
    config,
    log,
    nowMs,
    upstreams,
    checks: allChecks,
    metrics: workers?.metrics,
    /** The gateway's own part of the fleet's health. */
    health: createHealthChecker({ ...own, checks: allChecks }),
    orders: createOrders({ redis, prefix: config.REDIS_PREFIX, upstreams, log, nowMs }),
    internalTokens,
    cache: createResponseCache({
      redis,
      prefix: config.REDIS_PREFIX,
      upstreams,
      internalTokens,
      registry,
      keptOf: new Set(proxied.filter(({ cache }) => cache).map(({ service }) => service)),
      nowMs,
    }),
    journal: createRequestJournal(
      registry,
      access && createAccessLog(access, { service: 'gateway', instance: instanceId, nowMs }),
    ),
    traces: createRequestTraces(platform.tracer, { trusted: config.GATEWAY_TRACE_CONTEXT === 'continue' }),
    /** Writes the lines of requests that are still held. */
    flushAccessLog: () => access?.flush(),
    upgrades: createUpgrades(),
    openStreams,
    verifier,
    revocationFeed: feed,
    live,
    shedder: createLoadShedder(live.loadLimits, registry),
    admit: createAdmission({
      verifier,
      apiKeys: createApiKeyExchange({ auth, serviceToken, nowMs }),
      limiter,
      countsOf,
      rules: live.rates,
    }),
    limiter,
    countsOf,
    findings: createFindings(),
  };
}
