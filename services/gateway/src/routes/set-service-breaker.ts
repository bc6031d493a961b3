import { SetServiceBreaker } from '@soc/contracts/gateway/operations';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { recordAct } from '../operator-record.ts';
import { demandOperator } from '../operator-tenant.ts';

export const setServiceBreakerRoute = ({ orders, audit, config }: Pick<GatewayDeps, 'orders' | 'audit' | 'config'>) =>
  route(SetServiceBreaker, async ({ params: { service }, body: { order, reason }, ...caller }) => {
    demandOperator(caller.principal, config.BUS_OPERATOR_TENANT);
    await orders.holdService(service, order);
    await recordAct(audit, caller, { action: 'breaker.order', service, details: { order, reason } });
    return { service, breakerOrder: order };
  });
