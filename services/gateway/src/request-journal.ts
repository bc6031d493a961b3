import { Counter, Histogram, type Registry } from '@soc/monitoring';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Delivery } from './upstream/service-upstream.ts';

/** Tells of every request once it is over: one line in the log, two series in the metrics. */
export interface RequestJournal {
  readonly begin: (request: FastifyRequest, reply: FastifyReply) => void;
  /** Which instances had the request, and why the last one gave no answer. */
  readonly delivered: (request: FastifyRequest, delivery: Delivery) => void;
}

/** Longer paths are of no use in a log and of some to whoever wants to fill it. */
const MAX_PATH_CHARS = 512;

const pathOf = (url: string): string => (url.split('?', 1)[0] ?? '').slice(0, MAX_PATH_CHARS);

export function createRequestJournal(registry: Registry): RequestJournal {
  const deliveries = new WeakMap<FastifyRequest, Delivery>();
  const requests = new Counter({
    name: 'soc_gateway_requests_total',
    help: 'Requests by the service that answered and the class of the status; `aborted` when the client left first.',
    labelNames: ['upstream', 'status_class'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'soc_gateway_request_duration_seconds',
    help: 'From the head of the request to the end of the answer.',
    labelNames: ['upstream'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });

  const tell = (request: FastifyRequest, reply: FastifyReply, startedAt: number): void => {
    const durationMs = performance.now() - startedAt;
    const status = reply.raw.statusCode;
    const isAborted = !reply.raw.writableFinished;
    const upstream = request.routeOptions.config.forwards?.service ?? 'gateway';
    requests.inc({ upstream, status_class: isAborted ? 'aborted' : `${Math.floor(status / 100)}xx` });
    duration.observe({ upstream }, durationMs / 1000);
    const { outcome, instances } = deliveries.get(request) ?? {};
    request.log.info(
      {
        method: request.method,
        path: pathOf(request.url),
        status,
        durationMs: Math.round(durationMs * 10) / 10,
        upstream,
        ...(request.principal && { principal: request.principal.subject, tenantId: request.principal.tenantId }),
        ...(instances && { instances }),
        ...(outcome && outcome.kind !== 'answered' && { failure: outcome.kind, reason: outcome.reason }),
        ...(isAborted && { aborted: true }),
      },
      'request',
    );
  };

  return {
    begin: (request, reply) => {
      const startedAt = performance.now();
      reply.raw.once('close', () => tell(request, reply, startedAt));
    },
    delivered: (request, delivery) => {
      deliveries.set(request, delivery);
    },
  };
}
