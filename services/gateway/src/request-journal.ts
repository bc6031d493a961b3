import type { Registry } from '@soc/monitoring';
import { traceIdOf } from '@soc/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessLine } from './access-log.ts';
import { beginPassage } from './passage.ts';
import { createRequestMetrics, statusClassOf } from './request-metrics.ts';

/** Tells of every request once it is over: one line in the log, two series in the metrics. */
export interface RequestJournal {
  /** The passage of the request begins here; its `delivery` is told of. */
  readonly begin: (request: FastifyRequest, reply: FastifyReply) => void;
}

/** Longer paths are of no use in a log and of some to whoever wants to fill it. */
const MAX_PATH_CHARS = 512;

/** What follows is no HTTP, and ends when it ends. */
const SWITCHING_PROTOCOLS = 101;

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return url.slice(0, Math.min(query < 0 ? url.length : query, MAX_PATH_CHARS));
}

/** `log` is undefined where no line of a request is wanted. */
export function createRequestJournal(
  registry: Registry,
  log: ((line: AccessLine) => void) | undefined,
): RequestJournal {
  const recorderOf = createRequestMetrics(registry);

  const tell = (request: FastifyRequest, reply: FastifyReply): void => {
    const { startedAtMs, traceparent, forwards, delivery } = request.passage;
    const durationMs = performance.now() - startedAtMs;
    const status = reply.raw.statusCode;
    const isAborted = !reply.raw.writableFinished && status !== SWITCHING_PROTOCOLS;
    const upstream = forwards?.service ?? 'gateway';
    recorderOf(upstream)(isAborted ? 'aborted' : statusClassOf(status), durationMs / 1000);
    if (!log) return;
    const { principal } = request;
    const outcome = delivery?.outcome;
    const failed = outcome?.kind === 'answered' ? undefined : outcome;
    log({
      requestId: request.id,
      traceId: traceIdOf(traceparent),
      method: request.method,
      path: pathOf(request.url),
      status,
      durationMs,
      upstream,
      principal: principal?.subject,
      tenantId: principal?.tenantId,
      instances: delivery?.instances,
      failure: failed?.kind,
      reason: failed?.reason,
      isAborted,
    });
  };

  return {
    begin: (request, reply) => {
      beginPassage(request);
      // It comes once; `once` would make sure of it at a price.
      reply.raw.on('close', () => {
        for (const end of request.passage.atClose) end();
        tell(request, reply);
      });
    },
  };
}
