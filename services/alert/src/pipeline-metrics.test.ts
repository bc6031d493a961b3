import { BulkAlerts } from '@soc/contracts/alert/ingest';
import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import type { Tx } from '@soc/db-cluster';
import { startTestService, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, onTestFinished, test } from 'vitest';
import { alertService } from './app.ts';
import { openIncident } from './arrange.fixture.ts';
import type { Ingest, Submission } from './ingest.ts';
import { createPipelineMetrics } from './pipeline-metrics.ts';

const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => series.split(' ').every((part) => line.includes(part)))
      ?.split(' ')
      .at(-1),
  );

test('operators see what comes in by source and severity, and how soon it is analysed and correlated', async () => {
  const service = await startTestService(alertService);
  onTestFinished(() => service.close());
  await openIncident(service, 'ws-1', { source: 'edr', severity: 'high' });
  const same = { title: 'Scan', severity: 'low', source: 'sensor', fingerprint: 'the-same' };
  await service.call(BulkAlerts, { body: JSON.stringify([same, same, same]) });
  await service.call(IngestEvents, { query: { source: 'sysmon' }, body: '{"a":1}\n{"a":2}\n' });

  const text = (await service.app.inject('/metrics')).body;
  expect(valueOf(text, 'soc_alerts_received_total{ source="edr" severity="high" outcome="created"')).toBe(2);
  expect(valueOf(text, 'soc_alerts_received_total{ source="sensor" severity="low" outcome="created"')).toBe(1);
  expect(valueOf(text, 'soc_alerts_received_total{ source="sensor" severity="low" outcome="repeated"')).toBe(2);
  expect(valueOf(text, 'soc_raw_events_received_total{ source="sysmon"')).toBe(2);
  // Counted once the handler is done, a moment after others can see what it did; the ages of events once for each attempt.
  await waitFor(async () => {
    const now = (await service.app.inject('/metrics')).body;
    const [analysed, correlated] = ['analysed', 'correlated'].map((stage) =>
      valueOf(now, `soc_alert_stage_seconds_count{ stage="${stage}"`),
    );
    const ages = valueOf(now, 'soc_event_age_seconds_count{ type="analysis.completed"');
    return analysed === 2 && (correlated ?? 0) >= 1 && ages >= 2;
  });
});

test('sources beyond the first hundred share a name', async () => {
  const registry = createRegistry('alert', 'test');
  const metrics = createPipelineMetrics(registry);
  for (let i = 0; i < 130; i += 1) metrics.events(`source ${i}`, 1);
  metrics.events('source 1', 5);
  const text = await registry.metrics();
  expect(text.match(/^soc_raw_events_received_total/gm)).toHaveLength(101);
  expect(valueOf(text, 'soc_raw_events_received_total{ source="others"')).toBe(30);
  expect(valueOf(text, 'soc_raw_events_received_total{ source="source 1"')).toBe(6);
});

test('what a transaction takes in is counted once it is committed, however often it is run', async () => {
  const registry = createRegistry('alert', 'test');
  const taking: Pick<Ingest, 'within'> = { within: () => Promise.resolve([]) };
  // Only `within` is called, and of the transaction only this.
  const ingest = createPipelineMetrics(registry).counted(taking as Ingest);
  const submission = { alert: { source: 'edr', severity: 'low' } } as Submission;
  const attempts = [0, 1, 2].map(() => {
    const atEnd: (() => void)[] = [];
    return { atEnd, tx: { afterCommit: (work: () => void) => void atEnd.push(work) } as unknown as Tx };
  });
  for (const { tx } of attempts) await ingest.within(tx, [submission]);
  expect(await registry.metrics()).not.toContain('soc_alerts_received_total{');
  for (const work of attempts.at(-1)?.atEnd ?? []) work();
  expect(valueOf(await registry.metrics(), 'soc_alerts_received_total{ source="edr"')).toBe(1);
});

test('an alert that is refused is not counted', async () => {
  const registry = createRegistry('alert', 'test');
  const refusing: Pick<Ingest, 'many'> = { many: () => Promise.reject(new Error('no database')) };
  // Only `many` is called.
  const ingest = createPipelineMetrics(registry).counted(refusing as Ingest);
  const submission = { alert: { source: 'edr', severity: 'low' } };
  await expect(ingest.many([submission as Submission])).rejects.toThrow('no database');
  expect(await registry.metrics()).not.toContain('soc_alerts_received_total{');
});
