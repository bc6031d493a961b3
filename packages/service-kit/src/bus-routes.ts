import type { BusService } from '@soc/contracts';
import { busOperations } from '@soc/contracts/bus/endpoints';
import { asSystem, type DbCluster } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import type { BusOperations } from '@soc/messaging';
import { deadLetterRoutes } from './bus-dead-letter-routes.ts';
import { replayRoutes } from './bus-replay-routes.ts';
import { forbidden } from './problems.ts';
import type { Route } from './route.ts';

/** What the operations of the bus need of a service. */
export interface BusRouteDeps {
  readonly service: BusService;
  readonly db: DbCluster;
  readonly operations: BusOperations;
  /** Only principals of this tenant may operate the bus. */
  readonly operatorTenant: string;
}

/** Lets pass who belongs to the tenant that runs the fleet, and tells how the trail names them. Throws 403. */
export type Operator = (principal: Principal) => {
  readonly kind: Principal['kind'];
  readonly id: string;
  readonly name: string;
};

/** The operations of the bus at one service; every service with a bus serves them. */
export function busRoutes(deps: BusRouteDeps): readonly Route[] {
  const bus = busOperations[deps.service];
  const operator: Operator = ({ kind, subject, name, tenantId }) => {
    if (tenantId !== deps.operatorTenant) {
      throw forbidden('bus.not_operator', 'the bus is operated by the tenant that runs the fleet');
    }
    return { kind, id: subject, name };
  };
  const routes = [...deadLetterRoutes(bus, deps, operator), ...replayRoutes(bus, deps, operator)];
  // The tables of the bus hold the events of all tenants and are not for the role that requests work as.
  return routes.map(({ spec, handle }) => ({ spec, handle: (context) => asSystem(() => handle(context)) }));
}
