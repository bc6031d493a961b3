import type { FleetHealth, InstanceHealth, ServiceHealth } from '@soc/contracts/gateway/services-health';

type Status = FleetHealth['status'];

/** Ok when all are, down when all are. */
function overall(statuses: readonly Status[]): Status {
  if (statuses.every((status) => status === 'down')) return 'down';
  return statuses.every((status) => status === 'ok') ? 'ok' : 'degraded';
}

/** A service without a single instance is down. */
export const serviceHealth = (
  service: ServiceHealth['service'],
  instances: readonly InstanceHealth[],
  breaker: Pick<ServiceHealth, 'breaker' | 'breakerOrder'>,
): ServiceHealth => ({
  service,
  status: overall(instances.map(({ status }) => status)),
  ...breaker,
  instances: [...instances],
});

/** The gateway answers, so it does not count when the question is whether anything else does. */
export function fleetHealth(services: readonly ServiceHealth[]): FleetHealth {
  const others = services.filter(({ service }) => service !== 'gateway');
  if (overall(others.map(({ status }) => status)) === 'down') return { status: 'down', services: [...services] };
  return { status: overall(services.map(({ status }) => status)), services: [...services] };
}
