import { SetInstanceDraining } from '@soc/contracts/gateway/operations';
import { conflict, route } from '@soc/service-kit';
import type { GatewayDeps } from '../deps.ts';
import { isServing } from '../domain/choose-instance.ts';
import { recordAct } from '../operator-record.ts';
import { demandOperator } from '../operator-tenant.ts';
import { findInstance, ordersOf } from '../upstream/find-instance.ts';

export const setInstanceDrainingRoute = ({
  upstreams,
  orders,
  audit,
  config,
}: Pick<GatewayDeps, 'upstreams' | 'orders' | 'audit' | 'config'>) =>
  route(SetInstanceDraining, async ({ params, body: { draining, reason }, ...caller }) => {
    demandOperator(caller.principal, config.BUS_OPERATOR_TENANT);
    const instance = findInstance(upstreams, params);
    const isOtherServing = upstreams.instancesOf(params.service).some((one) => one !== instance && isServing(one));
    if (draining && !isOtherServing) {
      throw conflict('gateway.last_instance', 'no other instance of the service could take its requests');
    }
    await orders.drain(instance, draining);
    const action = draining ? 'instance.drain' : 'instance.undrain';
    await recordAct(audit, caller, { action, ...params, details: { reason } });
    return ordersOf(instance);
  });
