import { AlertCreated, type EventEnvelope, uuidv7 } from '@soc/contracts';
import { exampleAlert } from '@soc/fleet/testing';
import { currentSpan, type Span, type SpanOptions, type TraceContext, type Tracer } from '@soc/tracing';
import { expect, test } from 'vitest';
import { createHandlingSpans } from './handling-spans.ts';
import { createMessage } from './envelope.ts';
import { tracedMessage } from './traced-message.ts';

interface Recorded extends SpanOptions {
  readonly name: string;
  readonly span: Span;
  readonly parent?: TraceContext | undefined;
  readonly ends: (string | undefined)[];
}

/** Keeps what it is told; span ids count from 1. */
function recordingTracer() {
  const recorded: Recorded[] = [];
  const start: Tracer['start'] = (name, options) => {
    const traceId = options.parent?.traceparent.slice(3, 35) ?? 'f'.repeat(32);
    const spanId = String(recorded.length + 1).padStart(16, '0');
    const ends: (string | undefined)[] = [];
    const span: Span = {
      traceparent: `00-${traceId}-${spanId}-01`,
      start: (child, more = {}) => start(child, { ...more, parent: span }) ?? span,
      set: () => undefined,
      end: (error) => void ends.push(error),
    };
    recorded.push({ name, ...options, span, ends });
    return span;
  };
  return { tracer: { start, close: () => Promise.resolve() }, recorded };
}

const contextOf = (id: string, flags: '00' | '01'): string => `00-${id.repeat(32)}-${'e'.repeat(16)}-${flags}`;

const eventOf = (traceparent: string | undefined): { readonly event: EventEnvelope } => ({
  event: {
    specversion: '1.0',
    id: uuidv7(Date.now()),
    type: 'alert.created',
    dataschemaversion: 1,
    source: 'alert',
    time: new Date().toISOString(),
    tenantid: 'default',
    subject: 's',
    correlationid: 'c',
    ...(traceparent !== undefined && { traceparent }),
    data: {},
  },
});

test('events handled together each have a span in their own trace, and what is done for all is in the first', async () => {
  const { tracer, recorded } = recordingTracer();
  const contexts = [contextOf('a', '00'), contextOf('b', '01'), undefined, contextOf('c', '01')];
  const items = contexts.map(eventOf);
  await createHandlingSpans(tracer).handling(items, (handled) => {
    expect(handled.map(({ event }) => event.traceparent)).toEqual([
      contexts[0],
      `00-${'b'.repeat(32)}-0000000000000001-01`,
      undefined,
      `00-${'c'.repeat(32)}-0000000000000002-01`,
    ]);
    expect(currentSpan()).toBe(recorded[0]?.span);
    return Promise.resolve();
  });
  expect(recorded.map(({ parent }) => parent?.traceparent)).toEqual([contexts[1], contexts[3]]);
  expect(recorded.map(({ links }) => links)).toEqual([undefined, [recorded[0]?.span]]);
  expect(recorded.map(({ ends }) => ends)).toEqual([[undefined], [undefined]]);
});

test('a handler that throws ends the spans by the class of its error, and the error goes on', async () => {
  const { tracer, recorded } = recordingTracer();
  const handling = createHandlingSpans(tracer).handling([eventOf(contextOf('a', '01'))], () =>
    Promise.reject(new RangeError('a value of somebody')),
  );
  await expect(handling).rejects.toThrow('a value of somebody');
  expect(recorded[0]?.ends).toEqual(['RangeError']);
});

test('events of which nothing is recorded are handed on as they are', async () => {
  const items = [eventOf(contextOf('a', '00')), eventOf(undefined)];
  const { tracer, recorded } = recordingTracer();
  for (const one of [tracer, undefined]) {
    await createHandlingSpans(one).handling(items, (handled) => {
      expect(handled).toEqual(items);
      expect(currentSpan()).toBeUndefined();
      return Promise.resolve();
    });
  }
  expect(recorded).toEqual([]);
});

test('a message of a recorded trace carries the context of its own span, any other the one it was given', () => {
  const { tracer, recorded } = recordingTracer();
  const from = { source: 'alert', now: new Date() };
  const publish = (traceparent: string) =>
    tracedMessage(
      tracer,
      AlertCreated,
      { tenantId: 'default', correlationId: 'c', subject: 's', traceparent },
      (meta) => createMessage(AlertCreated, { alert: exampleAlert() }, meta, from),
    );
  const message = publish(contextOf('a', '01'));
  expect(JSON.parse(message.envelope)).toMatchObject({ traceparent: `00-${'a'.repeat(32)}-0000000000000001-01` });
  expect(message.span).toBe(recorded[0]?.span);
  expect(recorded[0]).toMatchObject({ kind: 'producer', parent: { traceparent: contextOf('a', '01') } });
  const other = publish(contextOf('b', '00'));
  expect(JSON.parse(other.envelope)).toMatchObject({ traceparent: contextOf('b', '00') });
  expect(other.span).toBeUndefined();
});
