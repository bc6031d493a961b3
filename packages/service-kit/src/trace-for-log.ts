import { currentSpan, readTraceparent, traceIdOf } from '@soc/tracing';
import type { FastifyBaseLogger } from 'fastify';

/** Set on the log of a request, and so on what it is the parent of: its lines have the trace already. */
const HAS_TRACE = Symbol('trace in the bindings of a log');

/** The trace of a line that is said while an event is handled, or by what does not know the request that it works for. */
export function traceForLog(_line: object, _level: number, log: object): object {
  const span = HAS_TRACE in log ? undefined : currentSpan();
  return span ? { traceId: traceIdOf(span.traceparent) } : {};
}

/** The log of a request with the trace that the request came with. */
export function withTrace(
  log: FastifyBaseLogger,
  bindings: Readonly<Record<string, unknown>>,
  traceparent: unknown,
): FastifyBaseLogger {
  const known = readTraceparent(traceparent);
  if (known === undefined) return log.child({ ...bindings });
  const child = log.child({ ...bindings, traceId: traceIdOf(known) });
  return Object.assign(child, { [HAS_TRACE]: true });
}
