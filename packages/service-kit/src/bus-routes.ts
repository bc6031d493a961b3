import { busOperations } from '@soc/contracts/bus/endpoints';
import { asSystem } from '@soc/db-cluster';
import { deadLetterRoutes } from './bus-dead-letter-routes.ts';
import type { BusRouteDeps, Operator } from './bus-operator.ts';
import { replayRoutes } from './bus-replay-routes.ts';
import { forbidden } from './problems.ts';
import type { Route } from './route.ts';

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
