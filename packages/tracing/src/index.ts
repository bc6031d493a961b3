export { currentSpan, inSpan, outsideSpans, traced } from './current-span.ts';
export { errorCodeOf } from './error-code.ts';
export { traceOutgoingHttp } from './outgoing-http.ts';
export { type SamplerName, SAMPLERS } from './sampler.ts';
export type { Attributes, Span, SpanKind, SpanOptions, Tracer } from './span.ts';
export {
  createTraceparent,
  isSampled,
  readTraceparent,
  readTracestate,
  type TraceContext,
  traceIdOf,
  unsampled,
} from './trace-context.ts';
