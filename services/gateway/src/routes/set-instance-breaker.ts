import { SetInstanceBreaker } from '@soc/contracts/gateway/operations';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { findInstance, ordersOf } from '../upstream/find-instance.ts';

export const setInstanceBreakerRoute = ({ upstreams, orders }: Pick<GatewayDeps, 'upstreams' | 'orders'>) =>
  route(SetInstanceBreaker, async ({ params, body: { order, reason }, principal, log }) => {
    const instance = findInstance(upstreams, params);
    await orders.holdInstance(instance, order);
    log.info({ ...params, order, reason, principal: principal.subject }, 'breaker of an instance ordered');
    return ordersOf(instance);
  });
