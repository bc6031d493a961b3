import { AlertCreated, AnalysisCompleted, type EventEnvelope, type Observable } from '@soc/contracts';
import { CreateAsset } from '@soc/contracts/ai/asset';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';
import { newAlert } from './alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

const analysisOf = async (alertId: string) => {
  const [event] = await service.published(AnalysisCompleted, { where: ({ data }) => data.alertId === alertId });
  return event;
};

const host = (value: string): Observable => ({ type: 'host', value });

it('answers an alert with its score, in its tenant and its correlation', async () => {
  const alert = newAlert({
    title: 'Encoded PowerShell',
    severity: 'high',
    tags: ['attack.t1027'],
    techniques: ['T9999'],
  });
  const cause = await service.emit(AlertCreated, { alert }, { correlationId: 'request-0001' });
  const event = await analysisOf(alert.id);
  expect(event).toMatchObject({
    tenantid: 'default',
    subject: alert.id,
    correlationid: 'request-0001',
    causationid: cause,
  });
  expect(event.data).toMatchObject({
    revision: 1,
    score: 38,
    suggestedVerdict: 'undetermined',
    model: { name: 'soc-triage-linear', version: '1.0.0' },
    tactics: ['defense-evasion', 'execution'],
  });
  expect(event.data.techniques.map(({ id, origin }) => [id, origin])).toEqual([
    ['T9999', 'source'],
    ['T1027', 'tag'],
    ['T1059.001', 'keyword'],
  ]);
});

it('scores an alert lower, the more alerts had its entities before', async () => {
  const scores: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const alert = newAlert({ observables: [host('seen-often')] });
    await service.emit(AlertCreated, { alert });
    scores.push((await analysisOf(alert.id)).data.score);
  }
  expect(scores).toEqual([35, 30, 28, 28]);
});

it('counts entities for each tenant on its own', async () => {
  const observables = [host('in-two-tenants')];
  const [ours, theirs] = [newAlert({ observables }), newAlert({ observables, tenantId: 'other' })];
  await service.emit(AlertCreated, { alert: ours });
  await analysisOf(ours.id);
  await service.emit(AlertCreated, { alert: theirs }, { tenantId: 'other' });
  const event = await analysisOf(theirs.id);
  expect([event.tenantid, event.data.score]).toEqual(['other', 35]);
});

it('adds the value of the dearest asset it is about: by name, by pattern, by network', async () => {
  const assets = [
    { type: 'host', pattern: 'dc-*', value: 80, name: 'domain controllers' },
    { type: 'host', pattern: 'dc-07', value: 100 },
    { type: 'ip', pattern: '10.1.0.0/16', value: 40, name: 'servers' },
    { type: 'user', pattern: '*admin_x', value: 60 },
  ];
  for (const body of assets) expect((await service.call(CreateAsset, { body })).status).toBe(201);
  const assetOf = async (...observables: Observable[]) => {
    const alert = newAlert({ observables });
    await service.emit(AlertCreated, { alert });
    const { features } = (await analysisOf(alert.id)).data;
    return features.find(({ feature }) => feature === 'asset_value')?.explanation;
  };
  expect(await assetOf(host('DC-01'))).toBe('dc-01 is domain controllers, worth 80');
  expect(await assetOf(host('dc-07'), host('dc-01'))).toBe('dc-07 is dc-07, worth 100');
  expect(await assetOf({ type: 'ip', value: '10.1.2.3' }, host('web'))).toBe('10.1.2.3 is servers, worth 40');
  expect(await assetOf({ type: 'user', value: 'corp\\ADMIN_X' })).toBe('corp\\admin_x is *admin_x, worth 60');
  const none = 'none of its entities is a registered asset';
  expect(await assetOf({ type: 'user', value: 'adminsx' }, host('10.1.2.3'))).toBe(none);
  expect(await assetOf({ type: 'ip', value: 'not an address' }, { type: 'domain', value: 'dc-01' })).toBe(none);
});

it('analyses every alert of a burst exactly once', async () => {
  const alerts = Array.from({ length: 300 }, (_, index) => newAlert({ observables: [host(`burst-${index % 7}`)] }));
  const ids = new Set(alerts.map(({ id }) => id));
  await Promise.all(alerts.map((alert) => service.emit(AlertCreated, { alert })));
  const where = ({ data }: EventEnvelope<{ readonly alertId: string }>): boolean => ids.has(data.alertId);
  const events = await service.published(AnalysisCompleted, { count: 300, where });
  expect(new Set(events.map(({ data }) => data.alertId))).toEqual(ids);
  expect(events).toHaveLength(300);
  // Whatever the batches were: of each of the seven hosts one alert was the first.
  expect(events.filter(({ data }) => data.score === 35)).toHaveLength(7);
});

it('analyses an alert that is told of twice once', async () => {
  const [alert, marker] = [newAlert(), newAlert()];
  await service.emit(AlertCreated, { alert });
  await analysisOf(alert.id);
  await service.emit(AlertCreated, { alert });
  await service.emit(AlertCreated, { alert: marker });
  await analysisOf(marker.id);
  const events = await service.published(AnalysisCompleted, { where: ({ data }) => data.alertId === alert.id });
  expect(events).toHaveLength(1);
});

it('takes an alert with the longest of everything', async () => {
  const long = 'ü'.repeat(2_000);
  const observables: Observable[] = [
    { type: 'url', value: long },
    { type: 'process', value: long },
  ];
  const alert = newAlert({ title: long, ruleId: long, source: long, observables, tags: [long], tactics: [long] });
  await service.emit(AlertCreated, { alert });
  expect((await analysisOf(alert.id)).data.score).toBe(35);
});
