import { type TraceCollector, startTraceCollector, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { onTestFinished, expect, test } from 'vitest';
import { currentSpan, inSpan, outsideSpans, traced } from '../current-span.ts';
import { readTraceparent } from '../trace-context.ts';
import { createOtlpTracer, type TracerSettings } from './otlp-tracer.ts';

interface Given extends Partial<Omit<TracerSettings, 'exporter' | 'queue'>> {
  readonly exporter?: Partial<TracerSettings['exporter']>;
  readonly queue?: Partial<TracerSettings['queue']>;
}

async function startTracer(url: string, given: Given = {}) {
  const registry = createRegistry('test', 'test-1');
  const tracer = await createOtlpTracer({
    resource: { 'service.name': 'test' },
    sampler: 'parentbased_traceidratio',
    ratio: 1,
    registry,
    flushWithinMs: 10_000,
    onCollector: () => undefined,
    ...given,
    exporter: {
      url: `${url}/v1/traces`,
      protocol: 'http/protobuf',
      headers: {},
      compression: 'none',
      timeoutMs: 20_000,
      ...given.exporter,
    },
    queue: { maxSpans: 100, batchSpans: 10, delayMs: 20, ...given.queue },
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= tracer.close());
  onTestFinished(close);
  const count = async (name: string): Promise<number> => {
    const metric = await registry.getSingleMetric(name)?.get();
    return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
  };
  return { start: tracer.start, close, count };
}

async function startCollector(): Promise<TraceCollector> {
  const collector = await startTraceCollector();
  onTestFinished(collector.close);
  return collector;
}

test.each([
  { protocol: 'http/protobuf', compression: 'none' },
  { protocol: 'http/protobuf', compression: 'gzip' },
  { protocol: 'http/json', compression: 'none' },
] as const)('a collector reads what was recorded, as $protocol with compression $compression', async (exporter) => {
  const collector = await startCollector();
  const tracer = await startTracer(collector.url, {
    exporter: { ...exporter, headers: { authorization: 'Bearer x' } },
  });
  const parent = { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`, tracestate: 'vendor=1' };
  const server = tracer.start('GET /things', { kind: 'server', parent, attributes: { 'http.request.method': 'GET' } });
  const statement = server?.start('select things', { kind: 'client', attributes: { rows: 3, hit: true, share: 0.5 } });
  const other = server?.start('other', { links: statement ? [statement] : [] });
  statement?.end('57014');
  other?.end();
  server?.end();
  await waitFor(() => collector.spans().length === 3);
  const [first, second, third] = collector.spans();
  expect(third).toMatchObject({
    traceId: 'ab'.repeat(16),
    parentSpanId: 'cd'.repeat(8),
    traceState: 'vendor=1',
    name: 'GET /things',
    kind: 2,
    status: 0,
    attributes: { 'http.request.method': 'GET' },
    resource: { 'service.name': 'test' },
  });
  expect(first).toMatchObject({
    traceId: 'ab'.repeat(16),
    parentSpanId: third?.spanId,
    kind: 3,
    status: 2,
    attributes: { rows: 3, hit: true, share: 0.5, 'error.type': '57014' },
  });
  expect(second?.links).toEqual([{ traceId: 'ab'.repeat(16), spanId: first?.spanId }]);
  expect(readTraceparent(server?.traceparent)).toContain(third?.spanId);
  expect(third && third.endNs >= third.startNs && third.startNs > 1_600_000_000_000_000_000n).toBe(true);
  expect(collector.headers()[0]).toMatchObject({ authorization: 'Bearer x' });
  await waitFor(async () => (await tracer.count('soc_trace_spans_exported_total')) === 3);
});

test('a part belongs to what it is begun in, across waiting, and to nothing outside', async () => {
  const collector = await startCollector();
  const tracer = await startTracer(collector.url);
  const root = tracer.start('root', {});
  await inSpan(root, async () => {
    await traced('outer', {}, async () => {
      await Promise.resolve();
      await traced('inner', {}, () => Promise.resolve());
      expect(outsideSpans(currentSpan)).toBeUndefined();
    });
    await expect(traced('failing', {}, () => Promise.reject(new TypeError('secret')))).rejects.toThrow('secret');
  });
  root?.end();
  expect(currentSpan()).toBeUndefined();
  await waitFor(() => collector.spans().length === 4);
  const byName = new Map(collector.spans().map((span) => [span.name, span]));
  expect(byName.get('inner')?.parentSpanId).toBe(byName.get('outer')?.spanId);
  expect(byName.get('outer')?.parentSpanId).toBe(byName.get('root')?.spanId);
  expect(byName.get('failing')).toMatchObject({ status: 2, attributes: { 'error.type': 'TypeError' } });
  const told = JSON.stringify(collector.spans(), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(told).not.toContain('secret');
});

test('spans that a collector is too slow for are dropped and counted, and nobody waits for it', async () => {
  const collector = await startCollector();
  collector.answer(() => undefined); // takes the request, and is silent
  const tracer = await startTracer(collector.url, { queue: { maxSpans: 20, batchSpans: 10 }, flushWithinMs: 300 });
  for (let i = 0; i < 100; i += 1) tracer.start('one', {})?.end();
  // 10 are on their way, 20 wait.
  expect(await tracer.count('soc_trace_spans_dropped_total')).toBe(70);
  expect(await tracer.count('soc_trace_spans_waiting')).toBe(20);
});

test.each([400, 503])('what a collector answers with %i is lost, counted and told of once', async (status) => {
  const collector = await startCollector();
  collector.answer((response) => void response.writeHead(status).end());
  const turns: boolean[] = [];
  const tracer = await startTracer(collector.url, {
    exporter: { timeoutMs: 100 },
    onCollector: (takesSpans) => turns.push(takesSpans),
  });
  tracer.start('one', {})?.end();
  await waitFor(async () => (await tracer.count('soc_trace_spans_dropped_total')) === 1);
  tracer.start('two', {})?.end();
  await waitFor(async () => (await tracer.count('soc_trace_spans_dropped_total')) === 2);
  expect(turns).toEqual([false]);
});

test('closing sends what waits', async () => {
  const collector = await startCollector();
  const tracer = await startTracer(collector.url, { queue: { delayMs: 3_600_000 } });
  for (let i = 0; i < 5; i += 1) tracer.start('one', {})?.end();
  await tracer.close();
  expect(collector.spans()).toHaveLength(5);
});

test('closing ends though nobody takes anything, and counts what is lost', async () => {
  const tracer = await startTracer('http://127.0.0.1:9', { flushWithinMs: 300 });
  for (let i = 0; i < 25; i += 1) tracer.start('one', {})?.end();
  await tracer.close();
  tracer.start('late', {})?.end();
  expect(await tracer.count('soc_trace_spans_dropped_total')).toBe(26);
});

test('what is not recorded makes no span', async () => {
  const tracer = await startTracer('http://127.0.0.1:9', { ratio: 0 });
  expect(tracer.start('new', {})).toBeUndefined();
  const parent = { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00` };
  expect(tracer.start('known', { parent })).toBeUndefined();
  expect(await traced('none', {}, () => Promise.resolve(currentSpan()))).toBeUndefined();
});
