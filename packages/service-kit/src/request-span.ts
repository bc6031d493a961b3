import type { EndpointSpec } from '@soc/contracts';
import { readTraceparent, readTracestate, type Span, type Tracer } from '@soc/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where the request is not recorded. */
    span?: Span | undefined;
  }
}

/** What a span tells of a served request: its route, never its path or query. */
export function startRequestSpan(
  tracer: Tracer,
  { method, url }: Pick<EndpointSpec, 'method' | 'url'>,
  { headers }: Pick<FastifyRequest, 'headers'>,
): Span | undefined {
  const traceparent = readTraceparent(headers['traceparent']);
  return tracer.start(`${method} ${url}`, {
    kind: 'server',
    parent: traceparent === undefined ? undefined : { traceparent, tracestate: readTracestate(headers['tracestate']) },
    attributes: { 'http.request.method': method, 'http.route': url },
  });
}

const SERVER_FAULT = 500;

/** Tells how a request ended. One whose client left before it had its answer says so. */
export function endRequestSpan(span: Span, { raw }: Pick<FastifyReply, 'raw'>): void {
  span.set({ 'http.response.status_code': raw.statusCode });
  if (!raw.writableFinished) span.end('aborted');
  else span.end(raw.statusCode >= SERVER_FAULT ? String(raw.statusCode) : undefined);
}

/** A service records what the gateway, or whoever else may reach it, has begun; and ends it with the answer. */
export function beginRequestSpan(
  tracer: Tracer | undefined,
  spec: EndpointSpec,
  request: FastifyRequest,
  { raw }: FastifyReply,
): void {
  const span = tracer && startRequestSpan(tracer, spec, request);
  if (!span) return;
  request.span = span;
  raw.once('close', () => endRequestSpan(span, { raw }));
}
