import { type ReceivedSpan, startTraceCollector, type TraceCollector, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway } from './gateway.fixture.ts';
import { startFakeService } from './upstream.fixture.ts';

const TRACE = 'ab'.repeat(16);
const CLIENT = `00-${TRACE}-${'cd'.repeat(8)}-01`;
const PATH = '/api/v1/auth/me';

/** A gateway before one service; with `env` it may record traces. */
async function start(env: Readonly<Record<string, string>> = {}) {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, ...env });
  return {
    send: async (headers: Readonly<Record<string, string>> = {}, path = PATH) => {
      const answer = await gateway.send({ path, headers });
      return { answered: answer.headers['traceparent'], passedOn: auth.seen.at(-1)?.headers ?? {} };
    },
  };
}

async function recording(env: Readonly<Record<string, string>> = {}) {
  const collector = await startTraceCollector();
  onTestFinished(collector.close);
  const otel = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
  };
  return { collector, ...(await start({ ...otel, ...env })) };
}

const spansOf = (collector: TraceCollector, count: number): Promise<readonly ReceivedSpan[]> =>
  waitFor(() => collector.spans().length >= count && collector.spans());

test('a trace that a client tells of ends at the gateway, which begins its own that nobody records', async () => {
  const { send } = await start();
  const { answered, passedOn } = await send({ traceparent: CLIENT, tracestate: 'vendor=1' });
  expect(answered).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(answered).not.toContain(TRACE);
  expect(passedOn['traceparent']).toBe(answered);
  expect(passedOn).not.toHaveProperty('tracestate');
});

test('where clients are trusted their trace goes on with its state, unless it is none', async () => {
  const { send } = await start({ GATEWAY_TRACE_CONTEXT: 'continue' });
  expect((await send({ traceparent: CLIENT, tracestate: 'vendor=1' })).passedOn).toMatchObject({
    traceparent: CLIENT,
    tracestate: 'vendor=1',
  });
  for (const hostile of [`${CLIENT}-x`, CLIENT.replace('00-', 'ff-'), `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`]) {
    const { answered, passedOn } = await send({ traceparent: hostile, tracestate: 'vendor=1' });
    expect(answered).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(passedOn['traceparent']).toBe(answered);
    expect(passedOn).not.toHaveProperty('tracestate');
  }
  const { passedOn } = await send({ traceparent: CLIENT, tracestate: 'NOT=STATE' });
  expect(passedOn['traceparent']).toBe(CLIENT);
  expect(passedOn).not.toHaveProperty('tracestate');
});

test('a request is recorded by its route, as the parent of what its service does, and probes are not', async () => {
  const { collector, send } = await recording({ GATEWAY_TRACE_CONTEXT: 'continue' });
  await send({}, '/health/live');
  const { answered, passedOn } = await send({ traceparent: CLIENT, tracestate: 'vendor=1' }, `${PATH}?q=secret-query`);
  const refused = await send({ authorization: 'Bearer secret-token' }, '/api/v1/alerts/secret-path');
  const spans = await spansOf(collector, 2);
  const [known, unknown] = spans;
  expect(known).toMatchObject({
    traceId: TRACE,
    parentSpanId: 'cd'.repeat(8),
    traceState: 'vendor=1',
    name: `GET ${PATH}`,
    kind: 2,
    attributes: { 'http.route': PATH, 'http.response.status_code': 200, 'soc.upstream': 'auth' },
    resource: { 'service.name': 'gateway', 'service.namespace': 'soc-agent' },
  });
  expect(answered).toBe(`00-${TRACE}-${known?.spanId}-01`);
  expect(passedOn['traceparent']).toBe(answered);
  expect(unknown).toMatchObject({
    parentSpanId: '',
    name: 'GET /api/v1/alerts/:id',
    attributes: { 'http.response.status_code': 401 },
  });
  expect(refused.answered).toContain(unknown?.traceId);
  expect(spans).toHaveLength(2);
  const told = JSON.stringify(spans, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(told).not.toMatch(/secret/);
});

test('a client that is not trusted cannot have itself recorded, and one that is not sampled is passed on as that', async () => {
  const { send } = await recording({ OTEL_TRACES_SAMPLER_ARG: '0' });
  expect((await send({ traceparent: CLIENT })).passedOn['traceparent']).toMatch(/-00$/);
  const { send: sendAnyway } = await recording({
    OTEL_TRACES_SAMPLER: 'always_off',
    GATEWAY_TRACE_CONTEXT: 'continue',
  });
  expect((await sendAnyway({ traceparent: CLIENT })).passedOn['traceparent']).toBe(CLIENT.replace(/01$/, '00'));
});

test('a collector that is not there, or never answers, changes no answer', async () => {
  const { send: sendToNone } = await start({
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  expect((await sendToNone()).answered).toMatch(/-01$/);
  const { collector, send } = await recording();
  collector.answer(() => undefined);
  expect((await send()).answered).toMatch(/-01$/);
  await waitFor(() => collector.headers().length > 0);
  expect((await send()).answered).toMatch(/-01$/);
});
