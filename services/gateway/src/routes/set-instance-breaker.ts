import { SetInstanceBreaker } from '@soc/contracts/gateway/operations';
import { route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { recordAct } from '../operator-record.ts';
import { demandOperator } from '../operator-tenant.ts';
import { findInstance, ordersOf } from '../upstream/find-instance.ts';

export const setInstanceBreakerRoute = ({
  upstreams,
  orders,
  audit,
  config,
}: Pick<GatewayDeps, 'upstreams' | 'orders' | 'audit' | 'config'>) =>
  route(SetInstanceBreaker, async ({ params, body: { order, reason }, ...caller }) => {
    demandOperator(caller.principal, config.BUS_OPERATOR_TENANT);
    const instance = findInstance(upstreams, params);
    await orders.holdInstance(instance, order);
    await recordAct(audit, caller, { action: 'breaker.order', ...params, details: { order, reason } });
    return ordersOf(instance);
  });
