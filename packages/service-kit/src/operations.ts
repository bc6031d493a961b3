import type { HealthChecker, Registry } from '@soc/monitoring';
import type { FastifyInstance } from 'fastify';

/**
 * `GET /health` (what works and what does not; 503 when the service cannot work), `GET /health/live` (the process
 * answers; 503 when it is about to stop), `GET /metrics` (Prometheus). Without authentication, for probes on the inner network.
 */
export function addOperations(
  app: FastifyInstance,
  options: {
    readonly health: HealthChecker;
    readonly registry: Registry;
    readonly isLeaving: () => boolean;
    /** In place of the registry's own. */
    readonly metrics?: () => Promise<string>;
  },
): void {
  const { health, registry, isLeaving, metrics = () => registry.metrics() } = options;
  app.get('/health', async (_, reply) => {
    const report = await health.runChecks();
    return reply
      .code(report.status === 'down' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(report);
  });
  app.get('/health/live', (_, reply) =>
    reply
      .code(isLeaving() ? 503 : 200)
      .header('cache-control', 'no-store')
      .send({ status: isLeaving() ? 'stopping' : 'ok' }),
  );
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await metrics()));
}
