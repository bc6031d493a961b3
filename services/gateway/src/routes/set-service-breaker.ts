import { SetServiceBreaker } from '@soc/contracts/gateway/operations';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { recordAct } from '../operator-record.ts';

export const setServiceBreakerRoute = ({ orders, audit }: Pick<GatewayDeps, 'orders' | 'audit'>) =>
  route(SetServiceBreaker, async ({ params: { service }, body: { order, reason }, ...caller }) => {
    await orders.holdService(service, order);
    await recordAct(audit, caller, { action: 'breaker.order', service, details: { order, reason } });
    return { service, breakerOrder: order };
  });
