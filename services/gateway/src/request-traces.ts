import { endRequestSpan, startRequestSpan, traceContextOf } from '@soc/service-kit';
import { createTraceparent, type TraceContext, type Tracer, unsampled } from '@soc/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Gives each request its place in a trace: in its passage, and in its headers for whoever answers it. */
export interface RequestTraces {
  /** The passage has begun. */
  readonly begin: (request: FastifyRequest, reply: FastifyReply) => void;
}

/**
 * What a client says of a trace goes on only where clients are `trusted`: it chooses the ids, and whether the trace is recorded.
 * Probes and scrapes are not recorded. Without a tracer nothing is, and requests have a context all the same.
 */
export function createRequestTraces(
  tracer: Tracer | undefined,
  { trusted }: { readonly trusted: boolean },
): RequestTraces {
  const record = (recording: Tracer, request: FastifyRequest, { raw }: FastifyReply, parent?: TraceContext) => {
    const { passage, method, routeOptions } = request;
    const span = startRequestSpan(recording, { method, url: routeOptions.url }, parent);
    if (!span) return undefined;
    passage.atClose.push(() => {
      const { forwards, delivery } = passage;
      span.set({ 'soc.upstream': forwards?.service, 'soc.upstream.instances': delivery?.instances.join(' ') });
      endRequestSpan(span, { raw });
    });
    return span.traceparent;
  };

  return {
    begin: (request, reply) => {
      const { headers, passage } = request;
      const parent = trusted ? traceContextOf(headers) : undefined;
      // Undefined is left out of what goes on.
      if (headers['tracestate'] !== undefined) headers['tracestate'] = parent?.tracestate;
      const recorded = tracer && !passage.isAlwaysOpen ? record(tracer, request, reply, parent) : undefined;
      passage.traceparent = recorded ?? passedOn(parent, tracer !== undefined);
      headers['traceparent'] = passage.traceparent;
    },
  };
}

function passedOn(parent: TraceContext | undefined, hasDecided: boolean): string {
  if (!parent) return createTraceparent();
  return hasDecided ? unsampled(parent.traceparent) : parent.traceparent;
}
