import {
  type Context,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import type { Attributes, Span, SpanOptions } from '../span.ts';
import { spanIdOf, type TraceContext, traceIdOf } from '../trace-context.ts';

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

const SAMPLED = 1;

const contextOf = ({ traceparent, tracestate }: TraceContext): SpanContext => ({
  traceId: traceIdOf(traceparent),
  spanId: spanIdOf(traceparent),
  traceFlags: SAMPLED,
  isRemote: true,
  ...(tracestate !== undefined && { traceState: new TraceState(tracestate) }),
});

/** A span of ours over one of OpenTelemetry's. A class, since there are several for each request. */
export class RecordedSpan implements Span {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  readonly #tracer: ApiTracer;
  readonly #span: ApiSpan;

  private constructor(tracer: ApiTracer, span: ApiSpan, tracestate: string | undefined) {
    const { traceId, spanId } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-01`;
    this.tracestate = tracestate;
    this.#tracer = tracer;
    this.#span = span;
  }

  /** Continues the trace of `parent`, which is recorded, or begins one. */
  static begin(tracer: ApiTracer, name: string, parent: TraceContext | undefined, options: SpanOptions): RecordedSpan {
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, contextOf(parent)) : ROOT_CONTEXT;
    return RecordedSpan.#start(tracer, name, context, options, parent?.tracestate);
  }

  static #start(
    tracer: ApiTracer,
    name: string,
    context: Context,
    { kind = 'internal', attributes, links }: SpanOptions,
    tracestate: string | undefined,
  ): RecordedSpan {
    const span = tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        ...(attributes && { attributes }),
        ...(links && { links: links.map((link) => ({ context: contextOf(link) })) }),
      },
      context,
    );
    return new RecordedSpan(tracer, span, tracestate);
  }

  start(name: string, options: SpanOptions = {}): Span {
    return RecordedSpan.#start(this.#tracer, name, trace.setSpan(ROOT_CONTEXT, this.#span), options, this.tracestate);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  end(error?: string): void {
    if (error !== undefined) {
      this.#span.setAttribute('error.type', error);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}
