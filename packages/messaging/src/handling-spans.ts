import type { EventEnvelope } from '@soc/contracts';
import { errorCodeOf, inSpan, isSampled, readTraceparent, type Span, type Tracer } from '@soc/tracing';

interface Handled {
  readonly event: EventEnvelope;
}

/** Tells of events that are handled together as spans, each in the trace that its publisher tells of. */
export interface HandlingSpans {
  /**
   * `handle` is given the events with the context of their own spans, so that what it publishes is caused by them. What it does
   * for all of them is shown in the trace of the first that is recorded; the others are linked to that.
   */
  readonly handling: <I extends Handled>(
    items: readonly I[],
    handle: (items: readonly I[]) => Promise<void>,
  ) => Promise<void>;
}

/** Without a tracer events are handled as they come. */
export function createHandlingSpans(tracer: Tracer | undefined): HandlingSpans {
  const startOf = (event: EventEnvelope, first: Span | undefined): Span | undefined => {
    const { tracestate, type } = event;
    const traceparent = readTraceparent(event.traceparent);
    if (!tracer || traceparent === undefined || !isSampled(traceparent)) return undefined;
    return tracer.start(`handle ${type}`, {
      kind: 'consumer',
      parent: { traceparent, tracestate },
      ...(first && { links: [first] }),
      attributes: {
        'messaging.system': 'redis',
        'messaging.operation.name': 'handle',
        'messaging.destination.name': type,
        'messaging.message.id': event.id,
        'soc.event.age_ms': Date.now() - Date.parse(event.time),
      },
    });
  };

  return {
    handling: async (items, handle) => {
      if (!tracer) return handle(items);
      const spans: Span[] = [];
      const traced = items.map((item) => {
        const span = startOf(item.event, spans[0]);
        if (!span) return item;
        spans.push(span);
        return { ...item, event: { ...item.event, traceparent: span.traceparent } };
      });
      let failure: string | undefined;
      try {
        return await inSpan(spans[0], () => handle(traced));
      } catch (error) {
        failure = errorCodeOf(error);
        throw error;
      } finally {
        for (const span of spans) span.end(failure);
      }
    },
  };
}
