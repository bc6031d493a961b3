import { ServiceName } from '@soc/contracts';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { isAllowed, type Principal } from '@soc/identity';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { fleetHealth, serviceHealth } from '../domain/fleet-health.ts';
import { createHealthReader } from '../upstream/health-reader.ts';

const mayLookInside = (principal: Principal | undefined): boolean =>
  principal !== undefined && isAllowed(principal, 'fleet:read');

export const getServicesHealthRoute = (deps: Pick<GatewayDeps, 'upstreams' | 'health'>) => {
  const read = createHealthReader(deps);
  return route(GetServicesHealth, async ({ principal }) => {
    const instances = await read();
    const shown = mayLookInside(principal)
      ? instances
      : instances.map(({ service, health: { address: _address, checks: _checks, ...health } }) => ({
          service,
          health,
        }));
    return fleetHealth(
      ServiceName.options.map((service) =>
        serviceHealth(
          service,
          shown.filter((one) => one.service === service).map(({ health }) => health),
          {
            breaker: deps.upstreams.of(service).breaker.state(),
            breakerOrder: deps.upstreams.of(service).breaker.order(),
          },
        ),
      ),
    );
  });
};
