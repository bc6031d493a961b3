import type { EventSpec } from '@soc/contracts';
import { isSampled, readTraceparent, type Tracer } from '@soc/tracing';
import type { Message, PublishMeta } from './envelope.ts';

/**
 * Makes a message with a span that lasts until Redis has it, where its trace is recorded: what its consumers do is a part of that
 * span. A span whose transaction does not commit is never ended, and so told to nobody.
 */
export function tracedMessage(
  tracer: Tracer | undefined,
  { type }: EventSpec,
  meta: PublishMeta,
  create: (meta: PublishMeta) => Message,
): Message {
  const { tracestate } = meta;
  const traceparent = readTraceparent(meta.traceparent);
  if (!tracer || traceparent === undefined || !isSampled(traceparent)) return create(meta);
  const span = tracer.start(`publish ${type}`, {
    kind: 'producer',
    parent: { traceparent, tracestate },
    attributes: {
      'messaging.system': 'redis',
      'messaging.operation.name': 'publish',
      'messaging.destination.name': type,
    },
  });
  if (!span) return create(meta);
  const message = create({ ...meta, traceparent: span.traceparent });
  span.set({ 'messaging.message.id': message.id });
  return { ...message, span };
}

/** The error of a span whose message another sends, or this process later. */
export const LEFT_IN_OUTBOX = 'left_in_outbox';

/** They are on their streams, or, by an `error`, left in the outbox for another time. */
export function endSpans(messages: readonly Message[], error?: string): void {
  for (const { span } of messages) span?.end(error);
}
