import type { TraceContext } from './trace-context.ts';

/** Facts of a span: names, numbers and codes. Never a value of somebody's, a query string, a token, or the text of an error. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** As OpenTelemetry has them: who serves a request, who makes one, who publishes an event, who handles it, and all else. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

export interface SpanOptions {
  /** Default `internal`. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** Spans that this one has to do with, beside its parent. */
  readonly links?: readonly Span[];
}

/** A timed piece of work of a trace that is recorded. */
export interface Span extends TraceContext {
  /** Begins a part of it. `name` is one of a bounded set. */
  readonly start: (name: string, options?: SpanOptions) => Span;
  readonly set: (attributes: Attributes) => void;
  /** To be called once; what is set later is lost. `error` is a class or a code, never a message. */
  readonly end: (error?: string) => void;
}

/** Begins spans in a process that traces; a process that does not has no tracer. */
export interface Tracer {
  /** A span of the trace that `parent` tells of, or of a new trace. Undefined when that trace is not recorded. */
  readonly start: (
    name: string,
    options: SpanOptions & { readonly parent?: TraceContext | undefined },
  ) => Span | undefined;
  /** Exports what waits, for a few seconds at most; what is left then is dropped, and counted. Never throws. */
  readonly close: () => Promise<void>;
}
