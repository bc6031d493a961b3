import type { EndpointSpec } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { defineEdgeService } from '@soc/service-kit';
import { addAdminProxies } from './admin-proxies.ts';
import { GatewayConfig } from './config.ts';
import { createGatewayDeps } from './deps.ts';
import { addExpress } from './express/express.ts';
import { addProxiedRoutes } from './proxy.ts';
import { recordRefusals } from './refusal-record.ts';
import { getDocsRoute } from './routes/get-docs.ts';
import { getEventJourneyRoute } from './routes/get-event-journey.ts';
import { getGatewayJwksRoute } from './routes/get-gateway-jwks.ts';
import { getIndexRoute } from './routes/get-index.ts';
import { getOpenApiRoute } from './routes/get-open-api.ts';
import { getServicesHealthRoute } from './routes/get-services-health.ts';
import { setInstanceBreakerRoute } from './routes/set-instance-breaker.ts';
import { setInstanceDrainingRoute } from './routes/set-instance-draining.ts';
import { setServiceBreakerRoute } from './routes/set-service-breaker.ts';
import { addTrafficRules } from './traffic-rules.ts';
import { createProber } from './upstream/prober.ts';

/** A gateway before the services that declare `proxied`. */
export const createGatewayService = (proxied: readonly EndpointSpec[]) =>
  defineEdgeService({
    name: 'gateway',
    config: GatewayConfig,
    create: (platform) => {
      const deps = createGatewayDeps(platform, proxied);
      return {
        routes: [
          getServicesHealthRoute(deps),
          setInstanceDrainingRoute(deps),
          setInstanceBreakerRoute(deps),
          setServiceBreakerRoute(deps),
          getEventJourneyRoute(deps),
          getIndexRoute(),
          getOpenApiRoute(),
          getDocsRoute(),
          getGatewayJwksRoute(deps),
        ],
        checks: deps.checks,
        reload: deps.live.reload,
        ...(deps.metrics && { metrics: deps.metrics }),
        verifier: deps.verifier,
        acceptsUpgrade: deps.upgrades.isOne,
        trustedProxies: deps.config.TRUSTED_PROXIES,
        workers: [
          { start: () => undefined, stop: async () => deps.flushAccessLog() },
          deps.shedder,
          deps.live,
          deps.orders.follower,
          createProber(deps.upstreams, {
            probeEveryMs: deps.config.UPSTREAM_PROBE_EVERY_MS,
            resolveEveryMs: deps.config.UPSTREAM_RESOLVE_EVERY_MS,
            log: deps.log,
          }),
          // After the one who finds the instances of auth.
          deps.revocationFeed,
        ],
        extend: async (app, { isLeaving }) => {
          addTrafficRules(app, deps);
          deps.upgrades.serve(app);
          recordRefusals(app, deps);
          addProxiedRoutes(app, proxied, deps);
          await addAdminProxies(app, deps);
          addExpress(app, proxied, deps, isLeaving);
        },
      };
    },
  });

export const gatewayService = createGatewayService(endpoints);
