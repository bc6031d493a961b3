import type { ServerResponse } from 'node:http';
import type { Principal } from '@soc/identity';
import type { Registry } from '@soc/monitoring';
import { traceIdOf } from '@soc/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessLine } from './access-log.ts';
import { beginPassage } from './passage.ts';
import { createRequestMetrics, statusClassOf } from './request-metrics.ts';
import type { Delivery } from './upstream/service-upstream.ts';

/** Tells of every request once it is over: one line in the log, two series in the metrics. */
export interface RequestJournal {
  /** The passage of the request begins here; its `delivery` is told of. */
  readonly begin: (request: FastifyRequest, reply: FastifyReply, sinceMs?: number) => void;
  /** Tells of one that had no such passage, once its answer is closed. */
  readonly tell: (ended: EndedRequest) => void;
}

/** A request whose answer is closed. */
export interface EndedRequest {
  /** On the clock of `performance.now()`. */
  readonly startedAtMs: number;
  readonly requestId: string;
  readonly traceparent: string;
  readonly method: string;
  readonly url: string;
  /** The service whose endpoint it was for. */
  readonly upstream: string;
  readonly response: ServerResponse;
  readonly principal: Principal | undefined;
  readonly delivery: Delivery | undefined;
  /** The instances that had it, in order. */
  readonly asked: readonly string[];
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

  const tell = (ended: EndedRequest): void => {
    const { startedAtMs, upstream, delivery, asked, principal } = ended;
    const durationMs = performance.now() - startedAtMs;
    const { statusCode: status, writableFinished } = ended.response;
    const isAborted = !writableFinished && status !== SWITCHING_PROTOCOLS;
    recorderOf(upstream)(isAborted ? 'aborted' : statusClassOf(status), durationMs / 1000);
    if (!log) return;
    const outcome = delivery?.outcome;
    const failed = outcome?.kind === 'answered' ? undefined : outcome;
    log({
      requestId: ended.requestId,
      traceId: traceIdOf(ended.traceparent),
      method: ended.method,
      path: pathOf(ended.url),
      status,
      durationMs,
      upstream,
      principal: principal?.subject,
      tenantId: principal?.tenantId,
      instances: asked.length > 0 ? asked : undefined,
      failure: failed?.kind,
      reason: failed?.reason,
      isAborted,
    });
  };

  return {
    tell,
    begin: (request, reply, sinceMs) => {
      beginPassage(request, sinceMs);
      // It comes once; `once` would make sure of it at a price.
      reply.raw.on('close', () => {
        for (const end of request.passage.atClose) end();
        const { startedAtMs, traceparent, forwards, delivery, asked } = request.passage;
        const { id: requestId, method, url, principal } = request;
        const upstream = forwards?.service ?? 'gateway';
        const one = { requestId, traceparent, method, url, upstream, startedAtMs, principal, delivery, asked };
        tell({ ...one, response: reply.raw });
      });
    },
  };
}
