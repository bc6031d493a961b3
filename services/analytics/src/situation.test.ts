import { AlertCreated, AlertUpdated, IncidentCreated, uuidv7 } from '@soc/contracts';
import { exampleAlert, exampleIncident, startTestService, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { analyticsService } from './app.ts';

const NOW = new Date('2026-03-02T12:00:00.000Z');
const minutesAgo = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const alert = (of: Parameters<typeof exampleAlert>[0]) => exampleAlert({ id: uuidv7(Date.now()), ...of });

test('backlog, response times, verdicts and techniques of all tenants together are told to Prometheus', async () => {
  const service = await startTestService(analyticsService, {
    now: () => NOW,
    env: { ANALYTICS_SITUATION_EVERY_S: '1' },
  });
  onTestFinished(() => service.close());
  const foreign = alert({ tenantId: 'other', severity: 'high', receivedAt: minutesAgo(50), techniques: ['T1071'] });
  const touched = alert({ severity: 'high', receivedAt: minutesAgo(40), techniques: ['T1071', 'T1046'] });
  const closed = alert({ severity: 'low', receivedAt: minutesAgo(100) });
  await service.emit(AlertCreated, { alert: foreign }, { tenantId: 'other' });
  await service.emit(AlertCreated, { alert: { ...touched, triagedAt: minutesAgo(30) } });
  await service.emit(AlertUpdated, {
    alert: {
      ...closed,
      version: 3,
      status: 'closed',
      verdict: 'false_positive',
      triagedAt: minutesAgo(70),
      closedAt: minutesAgo(10),
    },
    changed: ['status'],
  });
  const incident = exampleIncident({ id: uuidv7(Date.now()), severity: 'high' });
  await service.emit(IncidentCreated, { incident, alertIds: [touched.id], reasons: [] });

  const figures = async (): Promise<string> => (await service.app.inject('/metrics')).body;
  const valueOf = (text: string, series: string, label: string): number =>
    Number(new RegExp(`^${series}\\{[^}]*${label}[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const text = await waitFor(
    async () => {
      const now = await figures();
      const isWhole =
        valueOf(now, 'soc_open_alerts', '"high"') === 2 && valueOf(now, 'soc_milestone_alerts', '"resolved"') === 1;
      return isWhole && valueOf(now, 'soc_open_incidents', '"high"') === 1 && now;
    },
    { deadlineMs: 50_000, everyMs: 100 },
  );
  expect(valueOf(text, 'soc_untouched_alerts', '"high"')).toBe(1);
  expect(valueOf(text, 'soc_untouched_alerts_oldest_seconds', '"high"')).toBe(50 * 60);
  expect(valueOf(text, 'soc_open_alerts', '"low"')).toBe(0);
  expect(valueOf(text, 'soc_milestone_mean_seconds', '"acknowledged"')).toBe(((10 + 30) / 2) * 60);
  expect(valueOf(text, 'soc_milestone_p90_seconds', '"resolved"')).toBe(90 * 60);
  expect(valueOf(text, 'soc_technique_alerts', '"T1071"')).toBe(2);
  expect(valueOf(text, 'soc_verdict_alerts', '"false_positive"')).toBe(1);
});
