import { expect, test } from 'vitest';
import { createDurations, createHealthChecker, createPerformanceMonitor, createRegistry } from './index.ts';

const checker = (checks: Parameters<typeof createHealthChecker>[0]['checks']) =>
  createHealthChecker({ service: 'alert', version: '1', startedAtMs: 0, nowMs: () => 5_000, checks });

const failing = () => Promise.reject(new Error('connection refused'));

test('a failing critical check means down, a failing other one degraded, and the reason is named', async () => {
  const degraded = await checker({ redis: { critical: false, run: failing } }).runChecks();
  expect(degraded).toMatchObject({
    status: 'degraded',
    uptimeS: 5,
    checks: { redis: { error: 'connection refused' } },
  });
  const down = await checker({
    redis: { critical: false, run: failing },
    db: { critical: true, run: failing },
  }).runChecks();
  expect(down.status).toBe('down');
});

test('a check that never answers is cut off at its time-out and aborted', async () => {
  let aborted = false;
  const run = (signal: AbortSignal): Promise<undefined> => {
    signal.addEventListener('abort', () => (aborted = true));
    return new Promise(() => {});
  };
  const report = await checker({ slow: { critical: true, timeoutMs: 20, run } }).runChecks();
  expect(report.checks['slow']?.error).toBe('no answer within 20 ms');
  expect(aborted).toBe(true);
});

test('operations are summed up, failures counted, slow ones listed newest first', async () => {
  const registry = createRegistry('alert', 'a');
  const monitor = createPerformanceMonitor({ registry, now: () => new Date(0) });
  for (let i = 1; i <= 100; i += 1) monitor.record('save', i / 100);
  await expect(monitor.measure('load', failing)).rejects.toThrow('connection refused');
  const [save, load] = monitor.getPerformanceSummary();
  expect(save).toMatchObject({ operation: 'save', count: 100, errors: 0, p95S: 0.95, maxS: 1 });
  expect(load).toMatchObject({ operation: 'load', count: 1, errors: 1 });
  expect(monitor.getSlowOperations({ thresholdS: 0.995 }).map(({ durationS }) => durationS)).toEqual([1]);
  const exposition = await registry.metrics();
  expect(exposition).toMatch(/^soc_operation_duration_seconds_count\{.*operation="save".*\} 100$/m);
  expect(exposition).toMatch(/^process_resident_memory_bytes\{.*service="alert".*instance="a".*\}/m);
});

test('slow operations of an attached source are told along, with their plans when asked', async () => {
  const monitor = createPerformanceMonitor({ registry: createRegistry('alert', 'b'), now: () => new Date(0) });
  monitor.record('own', 2);
  const slow = { operation: 'select a', durationS: 3, at: new Date(1_000).toISOString(), failed: false };
  monitor.attach({
    summaries: () => [{ operation: 'select a', count: 1, errors: 0, meanS: 3, p95S: 3, maxS: 3 }],
    slow: () => [slow],
    explain: ({ operation }) => Promise.resolve(`plan of ${operation}`),
  });
  expect(monitor.getPerformanceSummary().map(({ operation }) => operation)).toEqual(['own', 'select a']);
  expect(monitor.getSlowOperations({ thresholdS: 1 }).map(({ operation }) => operation)).toEqual(['select a', 'own']);
  expect(monitor.getSlowOperations({ thresholdS: 2.5 })).toEqual([slow]);
  const [explained, own] = await monitor.getSlowOperations({ thresholdS: 1, withPlans: true });
  expect(explained).toEqual({ ...slow, plan: 'plan of select a' });
  expect(own).not.toHaveProperty('plan');
});

test('a duration histogram counts every observation in its bucket and all above', async () => {
  const registry = createRegistry('alert', 'c');
  const durations = createDurations({
    registry,
    name: 'soc_test_seconds',
    help: 'A test.',
    labelNames: ['kind'],
    bucketsS: [0.1, 1],
  });
  for (const seconds of [0.1, 0.5, 7]) durations.of({ kind: 'a' })(seconds);
  durations.of({ kind: 'b' })(0);
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('soc_test_seconds'));
  const valueOf = (start: string, kind: string): string | undefined =>
    lines
      .find((line) => line.startsWith(start) && line.includes(`kind="${kind}"`))
      ?.split(' ')
      .at(-1);
  expect(valueOf('soc_test_seconds_bucket{le="0.1"', 'a')).toBe('1');
  expect(valueOf('soc_test_seconds_bucket{le="1"', 'a')).toBe('2');
  expect(valueOf('soc_test_seconds_bucket{le="+Inf"', 'a')).toBe('3');
  expect(valueOf('soc_test_seconds_count', 'a')).toBe('3');
  expect(valueOf('soc_test_seconds_sum', 'a')).toBe('7.6');
  expect(valueOf('soc_test_seconds_count', 'b')).toBe('1');
});
