import { AlertUpdated, AnalysisCompleted, EnrichmentCompleted, IncidentCreated, IncidentUpdated } from '@soc/contracts';
import { ListIncidents } from '@soc/contracts/alert/incidents';
import { GetAlert, ListAlerts } from '@soc/contracts/alert/queries';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, anAnalysis, openIncident, postAlert } from '../arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const technique = (id: string) => ({ id, name: null, origin: 'keyword' as const, evidence: 'test' });
const get = async (id: string) => (await service.call(GetAlert, { params: { id } })).body;

test('an analysis is stored and published, its techniques added to those of the source', async () => {
  const id = await postAlert(service, { techniques: ['T1003'], tactics: ['credential-access'] });
  await service.emit(
    AnalysisCompleted,
    anAnalysis(id, { score: 91, techniques: [technique('T1003'), technique('T1059')], tactics: ['execution'] }),
  );
  const [event] = await service.published(AlertUpdated, { where: ({ subject }) => subject === id });
  expect(event.data.alert).toMatchObject({
    score: 91,
    suggestedVerdict: 'true_positive',
    techniques: ['T1003', 'T1059'],
    tactics: ['credential-access', 'execution'],
    version: 2,
  });
  expect(event.data.changed).toEqual(['score', 'suggestedVerdict', 'techniques', 'tactics', 'analysedAt']);
  expect(await get(id)).toEqual(event.data.alert);
  const { body } = await service.call(ListAlerts, { query: { technique: 'T1059' } });
  expect(body.items.map((alert) => alert.id)).toEqual([id]);
});

test('only a higher revision replaces an analysis, whatever the order of arrival', async () => {
  const id = await postAlert(service);
  await service.emit(AnalysisCompleted, anAnalysis(id, { revision: 2, score: 80 }));
  await waitFor(async () => (await get(id)).score === 80);
  await service.emit(AnalysisCompleted, anAnalysis(id, { revision: 1, score: 10 }));
  await service.emit(AnalysisCompleted, anAnalysis(id, { revision: 3, score: 30 }));
  await waitFor(async () => (await get(id)).score === 30);
  const events = await service.published(AlertUpdated, { count: 2, where: ({ subject }) => subject === id });
  expect(events.map(({ data }) => data.alert.score)).toEqual([80, 30]);
});

test('an enrichment is stored and published; an older one changes nothing', async () => {
  const id = await postAlert(service);
  const enrichment = { alertId: id, matches: [], warninglistHits: [] };
  const enrich = (reputation: 'malicious' | 'unknown', enrichedAt: string) =>
    service.emit(EnrichmentCompleted, { ...enrichment, reputation, enrichedAt });
  await enrich('malicious', '2026-03-01T08:00:00.000Z');
  await waitFor(async () => (await get(id)).reputation === 'malicious');
  await enrich('unknown', '2026-03-01T07:00:00.000Z');
  await analyse(service, id);
  const events = await service.published(AlertUpdated, { count: 2, where: ({ subject }) => subject === id });
  expect(events[0].data.changed).toEqual(['reputation', 'enrichedAt']);
  expect(await get(id)).toMatchObject({ reputation: 'malicious', version: 3 });
});

test('facts about an alert of another tenant, or none, are ignored', async () => {
  const id = await postAlert(service);
  await service.emit(AnalysisCompleted, anAnalysis(id), { tenantId: 'other' });
  await service.emit(AnalysisCompleted, anAnalysis('00000000-0000-7000-8000-00000000abcd'));
  const later = await postAlert(service);
  await analyse(service, later);
  expect(await get(id)).toMatchObject({ score: null, version: 1 });
});

test('alerts analysed together are published with one update of their incident', async () => {
  const { incident } = await openIncident(service, 'ws1');
  const observables = [{ type: 'host' as const, value: 'ws1' }];
  const ids: string[] = [];
  for (let minute = 2; minute < 22; minute += 1) {
    ids.push(
      await postAlert(service, { observables, occurredAt: `2026-03-01T08:${String(minute).padStart(2, '0')}:00Z` }),
    );
  }
  await analyse(service, ...ids);
  const events = await service.published(IncidentUpdated, { where: ({ subject }) => subject === incident.id });
  expect(events.flatMap(({ data }) => data.addedAlertIds).toSorted()).toEqual(ids.toSorted());
  expect(events.at(-1)?.data.incident).toMatchObject({ alertCount: 22, version: 1 + events.length });
  expect((await get(ids[0] ?? '')).incidentId).toBe(incident.id);
});

test('an incident that opens gathers all that lay loose around it', async () => {
  const observables = [{ type: 'host' as const, value: 'ws-busy' }];
  const occurredAt = '2026-03-01T08:00:00Z';
  const loose = await Promise.all(
    Array.from({ length: 250 }, () => postAlert(service, { observables, occurredAt, severity: 'informational' })),
  );
  await analyse(service, ...loose);
  const openers = await Promise.all([1, 2].map(() => postAlert(service, { observables, occurredAt })));
  await analyse(service, ...openers);
  const { body } = await service.call(ListIncidents, { query: { entity: 'ws-busy' } });
  expect(body.items.map(({ alertCount, severity }) => [alertCount, severity])).toEqual([[252, 'medium']]);
});

test('an incident that another alert bridges is merged, and everybody is told', async () => {
  const older = await openIncident(service, 'ws2');
  const younger = await openIncident(service, 'ws3');
  const bridge = await postAlert(service, {
    observables: ['ws2', 'ws3'].map((value) => ({ type: 'host' as const, value })),
    occurredAt: '2026-03-01T08:02:00Z',
  });
  await analyse(service, bridge);
  const [merged] = await service.published(IncidentUpdated, { where: ({ subject }) => subject === older.incident.id });
  expect(merged.data.incident.alertCount).toBe(5);
  expect(merged.data.addedAlertIds.toSorted()).toEqual([...younger.alertIds, bridge].toSorted());
  const [gone] = await service.published(IncidentUpdated, { where: ({ subject }) => subject === younger.incident.id });
  expect(gone.data.incident).toMatchObject({ status: 'closed', mergedIntoId: older.incident.id });
  for (const id of younger.alertIds) expect(await get(id)).toMatchObject({ incidentId: older.incident.id });
});

test('two replicas that see parts of one story open one incident', async () => {
  const replica = await startTestService(alertService, { env: { ...service.env, INSTANCE_ID: 'alert-replica' } });
  try {
    const posts = Array.from({ length: 60 }, (_, index) =>
      postAlert(index % 2 === 0 ? service : replica, {
        observables: [{ type: 'host', value: `story-${index % 3}` }],
        occurredAt: new Date(Date.UTC(2026, 2, 1, 8, 0, index)).toISOString(),
      }),
    );
    const ids = await Promise.all(posts);
    await analyse(service, ...ids);
    for (const story of [0, 1, 2]) {
      const { body } = await service.call(ListIncidents, { query: { entity: `story-${story}` } });
      expect(body.items.map(({ alertCount }) => alertCount)).toEqual([20]);
    }
    const created = await service.published(IncidentCreated, {
      count: 3,
      where: ({ data }) => data.incident.entities.some(({ value }) => value.startsWith('story-')),
    });
    expect(created).toHaveLength(3);
  } finally {
    await replica.close({ keepData: true });
  }
});

test('two replicas that receive one alert at once store it once', async () => {
  const replica = await startTestService(alertService, { env: { ...service.env, INSTANCE_ID: 'alert-replica' } });
  try {
    const posts = Array.from({ length: 60 }, (_, index) =>
      postAlert(index % 2 === 0 ? service : replica, { title: `Storm ${index % 4}` }),
    );
    expect(new Set(await Promise.all(posts)).size).toBe(4);
    const { body } = await service.call(ListAlerts, { query: { q: 'storm' } });
    expect(body.items.map(({ occurrences }) => occurrences)).toEqual([15, 15, 15, 15]);
  } finally {
    await replica.close({ keepData: true });
  }
});
