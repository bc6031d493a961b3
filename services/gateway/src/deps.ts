import { ServiceName } from '@soc/contracts';
import { createHealthChecker, Gauge, type HealthCheck } from '@soc/monitoring';
import { type EdgePlatform, FLEET_VERSION } from '@soc/service-kit';
import { createAdmission } from './admission.ts';
import { createApiKeyExchange } from './api-key-exchange.ts';
import { createAuthClient } from './auth-client.ts';
import type { GatewayConfig } from './config.ts';
import { createOpenStreams } from './open-streams.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createRequestJournal } from './request-journal.ts';
import { createServiceToken } from './service-token.ts';
import { createUpstreams, type Upstreams } from './upstream/upstreams.ts';

export type GatewayDeps = ReturnType<typeof createGatewayDeps>;

const upstreamUrls = (config: GatewayConfig) => ({
  auth: config.UPSTREAM_AUTH,
  alert: config.UPSTREAM_ALERT,
  ai: config.UPSTREAM_AI,
  intel: config.UPSTREAM_INTEL,
  response: config.UPSTREAM_RESPONSE,
  analytics: config.UPSTREAM_ANALYTICS,
  notification: config.UPSTREAM_NOTIFICATION,
  storage: config.UPSTREAM_STORAGE,
});

/** The whole graph of the gateway. */
export function createGatewayDeps(platform: EdgePlatform<GatewayConfig>) {
  const { config, log, now, registry, verifier } = platform;
  const nowMs = (): number => now().getTime();
  const upstreams = createUpstreams(upstreamUrls(config), {
    connectTimeoutMs: config.UPSTREAM_CONNECT_TIMEOUT_MS,
    breaker: {
      errorPercent: config.BREAKER_ERROR_PERCENT,
      volume: config.BREAKER_VOLUME,
      resetMs: config.BREAKER_RESET_MS,
    },
  });
  observeBreakers(registry, upstreams);

  const redis = platform.connectRedis('command');
  const checks: Readonly<Record<string, HealthCheck>> = {
    // Without Redis there is no rate limit, and everything else works.
    redis: platform.redisCheck,
  };
  const auth = createAuthClient(upstreams, log);
  const serviceToken = createServiceToken(auth, config.SERVICE_SECRET, nowMs);
  return {
    config,
    log,
    upstreams,
    checks,
    /** The gateway's own part of the fleet's health. */
    health: createHealthChecker({ service: 'gateway', version: FLEET_VERSION, startedAtMs: nowMs(), nowMs, checks }),
    journal: createRequestJournal(registry),
    openStreams: createOpenStreams(),
    admit: createAdmission({
      verifier,
      apiKeys: createApiKeyExchange({ auth, serviceToken, nowMs }),
      limiter: createRateLimiter({ redis, prefix: config.REDIS_PREFIX, registry, log }),
      rules: {
        general: { name: 'general', perS: config.RATE_LIMIT_PER_S, burst: config.RATE_LIMIT_BURST },
        login: { name: 'login', perS: config.RATE_LIMIT_LOGIN_PER_MIN / 60, burst: config.RATE_LIMIT_LOGIN_BURST },
      },
    }),
  };
}

const BREAKER_VALUE = { closed: 0, half_open: 0.5, open: 1 } as const;

function observeBreakers(registry: EdgePlatform<GatewayConfig>['registry'], upstreams: Upstreams): void {
  const state = new Gauge({
    name: 'soc_gateway_breaker_state',
    help: '0 closed, 0.5 half open, 1 open, by instance of a service.',
    labelNames: ['upstream', 'upstream_instance'],
    registers: [registry],
    collect: () => {
      for (const upstream of ServiceName.options) {
        for (const { name, breaker } of upstreams.instancesOf(upstream)) {
          state.set({ upstream, upstream_instance: name }, BREAKER_VALUE[breaker.state()]);
        }
      }
    },
  });
}
