import { SetInstanceDraining } from '@soc/contracts/gateway/operations';
import { conflict, route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { isServing } from '../domain/choose-instance.ts';
import { findInstance, ordersOf } from '../upstream/find-instance.ts';

export const setInstanceDrainingRoute = ({ upstreams, orders }: Pick<GatewayDeps, 'upstreams' | 'orders'>) =>
  route(SetInstanceDraining, async ({ params, body: { draining, reason }, principal, log }) => {
    const instance = findInstance(upstreams, params);
    const isOtherServing = upstreams.instancesOf(params.service).some((one) => one !== instance && isServing(one));
    if (draining && !isOtherServing) {
      throw conflict('gateway.last_instance', 'no other instance of the service could take its requests');
    }
    await orders.drain(instance, draining);
    log.info({ ...params, draining, reason, principal: principal.subject }, 'instance drained or let back');
    return ordersOf(instance);
  });
