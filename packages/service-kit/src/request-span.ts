import type { EndpointSpec } from '@soc/contracts';
import { readTraceparent, readTracestate, type Span, type TraceContext, type Tracer } from '@soc/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where the request is not recorded. */
    span?: Span | undefined;
  }
}

/** What the headers of a request say of its trace; undefined where that is nothing, or nonsense. */
export function traceContextOf(headers: FastifyRequest['headers']): TraceContext | undefined {
  const traceparent = readTraceparent(headers['traceparent']);
  return traceparent === undefined ? undefined : { traceparent, tracestate: readTracestate(headers['tracestate']) };
}

/** A span of a request that is served, by its route, never its path or query; without one where no route is like it. */
export const startRequestSpan = (
  tracer: Tracer,
  { method, url }: { readonly method: string; readonly url: string | undefined },
  parent: TraceContext | undefined,
): Span | undefined =>
  tracer.start(url === undefined ? method : `${method} ${url}`, {
    kind: 'server',
    parent,
    attributes: { 'http.request.method': method, 'http.route': url },
  });

const SERVER_FAULT = 500;
/** What follows is no HTTP, and no answer that could be finished. */
const SWITCHING_PROTOCOLS = 101;

/** Tells how a request ended. One whose client left before it had its answer says so. */
export function endRequestSpan(span: Span, { raw }: Pick<FastifyReply, 'raw'>): void {
  span.set({ 'http.response.status_code': raw.statusCode });
  if (!raw.writableFinished && raw.statusCode !== SWITCHING_PROTOCOLS) span.end('aborted');
  else span.end(raw.statusCode >= SERVER_FAULT ? String(raw.statusCode) : undefined);
}

/** A service records what the gateway, or whoever else may reach it, has begun; and ends it with the answer. */
export function beginRequestSpan(
  tracer: Tracer | undefined,
  spec: EndpointSpec,
  request: FastifyRequest,
  { raw }: FastifyReply,
): void {
  const span = tracer && startRequestSpan(tracer, spec, traceContextOf(request.headers));
  if (!span) return;
  request.span = span;
  raw.once('close', () => endRequestSpan(span, { raw }));
}
