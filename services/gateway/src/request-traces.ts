import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { endRequestSpan, startRequestSpan, traceContextOf } from '@soc/service-kit';
import { createTraceparent, type TraceContext, type Tracer, unsampled } from '@soc/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** What the span of a request tells, of which the last is known once it is over. */
export interface Traced {
  readonly method: string;
  /** Of its route; undefined where none is like it. */
  readonly route: string | undefined;
  readonly raw: ServerResponse;
  readonly atClose: (() => void)[];
  readonly upstream: string | undefined;
  /** Instances, in order. */
  readonly asked: readonly string[];
}

/** Gives each request its place in a trace, in its headers for whoever answers it. */
export interface RequestTraces {
  /** The request's `traceparent`. One that is not to be recorded has no `traced`. */
  readonly begin: (headers: IncomingHttpHeaders, traced: Traced | undefined) => string;
}

/**
 * What a client says of a trace goes on only where clients are `trusted`: it chooses the ids, and whether the trace is recorded.
 * Without a tracer nothing is, and requests have a context all the same.
 */
export function createRequestTraces(
  tracer: Tracer | undefined,
  { trusted }: { readonly trusted: boolean },
): RequestTraces {
  return {
    begin: (headers, traced) => {
      const parent = trusted ? traceContextOf(headers) : undefined;
      // Undefined is left out of what goes on.
      if (headers['tracestate'] !== undefined) headers['tracestate'] = parent?.tracestate;
      const recorded = tracer && traced && record(tracer, traced, parent);
      const traceparent = recorded ?? passedOn(parent, tracer !== undefined);
      headers['traceparent'] = traceparent;
      return traceparent;
    },
  };
}

function record(tracer: Tracer, traced: Traced, parent: TraceContext | undefined): string | undefined {
  const span = startRequestSpan(tracer, { method: traced.method, url: traced.route }, parent);
  if (!span) return undefined;
  traced.atClose.push(() => {
    const { upstream, asked, raw } = traced;
    span.set({ 'soc.upstream': upstream, 'soc.upstream.instances': asked.length > 0 ? asked.join(' ') : undefined });
    endRequestSpan(span, { raw });
  });
  return span.traceparent;
}

function passedOn(parent: TraceContext | undefined, hasDecided: boolean): string {
  if (!parent) return createTraceparent();
  return hasDecided ? unsampled(parent.traceparent) : parent.traceparent;
}

/** A request on Fastify's way, whose passage has begun. Probes and scrapes are not recorded. */
export function tracedOf({ method, routeOptions, passage }: FastifyRequest, { raw }: FastifyReply): Traced | undefined {
  if (passage.isAlwaysOpen) return undefined;
  const { forwards, atClose, asked } = passage;
  return { method, route: routeOptions.url, raw, atClose, asked, upstream: forwards?.service };
}
