import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * A Prometheus registry for one service: the process metrics, and `service` and `instance` on every series.
 * Served at `GET /metrics` in the text exposition format.
 */
export function createRegistry(service: string, instance: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service, instance });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  return registry;
}
