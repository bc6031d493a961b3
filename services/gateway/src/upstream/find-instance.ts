import type { ServiceName } from '@soc/contracts';
import { notFound } from '@soc/service-kit';
import type { Instance } from './instance.ts';
import type { Upstreams } from './upstreams.ts';

/** The instance that an operator names. Throws 404 when the service has none of that name. */
export function findInstance(
  upstreams: Pick<Upstreams, 'instancesOf'>,
  { service, instance: name }: { readonly service: ServiceName; readonly instance: string },
): Instance {
  const found = upstreams.instancesOf(service).find((instance) => instance.name === name);
  if (!found) throw notFound('gateway.no_such_instance', 'the service has no instance of that name');
  return found;
}

/** What holds for an instance by order. */
export const ordersOf = ({ name, isDraining, breaker }: Instance) => ({
  instance: name,
  draining: isDraining,
  breakerOrder: breaker.order(),
});
