import { SetServiceBreaker } from '@soc/contracts/gateway/operations';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';

export const setServiceBreakerRoute = ({ orders }: Pick<GatewayDeps, 'orders'>) =>
  route(SetServiceBreaker, async ({ params: { service }, body: { order, reason }, principal, log }) => {
    await orders.holdService(service, order);
    log.info({ service, order, reason, principal: principal.subject }, 'breaker of a service ordered');
    return { service, breakerOrder: order };
  });
