import { ServiceName } from '@soc/contracts';
import { Counter, Gauge, type Registry } from '@soc/monitoring';
import { isServing } from '../domain/choose-instance.ts';
import type { BreakerState } from './breaker.ts';
import type { Instance } from './instance.ts';
import type { Upstreams } from './upstreams.ts';

const BREAKER_VALUE: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 0.5, open: 1 };

const stateOf = (instance: Instance): string => {
  if (instance.isDraining) return 'draining';
  if (!instance.isHealthy) return 'ill';
  if (instance.isEjected) return 'ejected';
  return isServing(instance) ? 'serving' : 'broken';
};

/** What happens on the way to instances, counted; give it to `createUpstreams`. */
export function countUpstreamEvents(registry: Registry) {
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const breakers = counter(
    'soc_gateway_breaker_changes_total',
    'Changes of breakers by what they guard (instance or service) and the state they went to.',
    ['upstream', 'of', 'state'],
  );
  const ejections = counter('soc_gateway_ejections_total', 'Instances ejected for their answers, by the reason.', [
    'upstream',
    'reason',
  ]);
  const retries = counter('soc_gateway_retries_total', 'Attempts at another instance, by how the one before ended.', [
    'upstream',
    'because',
  ]);
  const refused = counter('soc_gateway_retries_refused_total', 'Retries that the budget had no room for.', [
    'upstream',
  ]);
  const unresolved = counter('soc_gateway_resolve_failures_total', 'Lookups of names that gave no address.', ['host']);
  return {
    onBreaker: (upstream: ServiceName, of: 'instance' | 'service', state: BreakerState) =>
      breakers.inc({ upstream, of, state }),
    onEjection: (upstream: ServiceName, reason: string) => ejections.inc({ upstream, reason }),
    onRetry: (upstream: ServiceName, because: string) => retries.inc({ upstream, because }),
    onRetryRefused: (upstream: ServiceName) => refused.inc({ upstream }),
    onResolveFailure: (host: string) => unresolved.inc({ host }),
  };
}

/** How instances and services stand, read when the metrics are. */
export function observeUpstreams(registry: Registry, upstreams: Upstreams): void {
  const breakers = new Gauge({
    name: 'soc_gateway_breaker_state',
    help: '0 closed, 0.5 half open, 1 open, by instance of a service.',
    labelNames: ['upstream', 'upstream_instance'],
    registers: [registry],
    collect: () => {
      // Who is gone must not be told of any more.
      breakers.reset();
      for (const upstream of ServiceName.options) {
        for (const { name, breaker } of upstreams.instancesOf(upstream)) {
          breakers.set({ upstream, upstream_instance: name }, BREAKER_VALUE[breaker.state()]);
        }
      }
    },
  });
  const services = new Gauge({
    name: 'soc_gateway_service_breaker_state',
    help: '0 closed, 0.5 half open, 1 open, by service.',
    labelNames: ['upstream'],
    registers: [registry],
    collect: () => {
      for (const upstream of ServiceName.options) {
        services.set({ upstream }, BREAKER_VALUE[upstreams.of(upstream).breaker.state()]);
      }
    },
  });
  const instances = new Gauge({
    name: 'soc_gateway_instances',
    help: 'Instances by state: serving, ill (probes), ejected (answers), broken (open breaker), draining.',
    labelNames: ['upstream', 'state'],
    registers: [registry],
    collect: () => {
      instances.reset();
      for (const upstream of ServiceName.options) {
        for (const instance of upstreams.instancesOf(upstream)) instances.inc({ upstream, state: stateOf(instance) });
      }
    },
  });
}
