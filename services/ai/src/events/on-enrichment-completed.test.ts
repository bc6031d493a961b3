import { AlertCreated, AnalysisCompleted, EnrichmentCompleted, type Observable } from '@soc/contracts';
import { GetAnalysis } from '@soc/contracts/ai/analysis';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiService } from '../app.ts';
import { newAlert, newEnrichment } from './alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(aiService);
});
afterAll(() => service.close());

const revisionsOf = async (alertId: string, count: number) => {
  const events = await service.published(AnalysisCompleted, { count, where: ({ data }) => data.alertId === alertId });
  return events.map(({ data: { revision, score, suggestedVerdict } }) => ({ revision, score, suggestedVerdict }));
};

/** Waits until everything emitted so far is handled, by the trail of one more of its kind. */
const settle = async (): Promise<void> => {
  const alert = newAlert();
  await service.emit(AlertCreated, { alert });
  await service.emit(EnrichmentCompleted, newEnrichment(alert.id));
  await waitFor(async () => {
    const [row] = await service.query<{ done: boolean }>(
      'select enriched_at is not null and source is not null as done from ai.alerts where alert_id = $1',
      [alert.id],
    );
    return row?.done;
  });
};

const domain = (value: string): Observable => ({ type: 'domain', value });

it('publishes a second revision when intel knows an entity', async () => {
  const observable = domain('known-after.example');
  const alert = newAlert({ severity: 'critical', observables: [observable] });
  await service.emit(AlertCreated, { alert });
  expect(await revisionsOf(alert.id, 1)).toEqual([{ revision: 1, score: 60, suggestedVerdict: 'undetermined' }]);
  await service.emit(EnrichmentCompleted, newEnrichment(alert.id, observable));
  const revisions = await revisionsOf(alert.id, 2);
  expect(revisions[1]).toEqual({ revision: 2, score: 87, suggestedVerdict: 'true_positive' });
  const { body } = await service.call(GetAnalysis, { params: { alertId: alert.id } });
  expect(body).toMatchObject({ revision: 2, score: 87 });
  expect(body.features.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(87);
});

it('publishes no second revision when intel knows nothing, or nothing that counts', async () => {
  const resolver: Observable = { type: 'ip', value: '8.8.8.8' };
  const [unknown, warned] = [newAlert(), newAlert({ observables: [resolver] })];
  for (const alert of [unknown, warned]) await service.emit(AlertCreated, { alert });
  for (const { id } of [unknown, warned]) await revisionsOf(id, 1);
  await service.emit(EnrichmentCompleted, newEnrichment(unknown.id));
  const hits = [{ observable: resolver, list: 'Public DNS resolvers', entry: '8.8.8.8' }];
  await service.emit(EnrichmentCompleted, { ...newEnrichment(warned.id, resolver), warninglistHits: hits });
  await settle();
  expect(await revisionsOf(unknown.id, 1)).toHaveLength(1);
  expect(await revisionsOf(warned.id, 1)).toHaveLength(1);
});

it('counts an enrichment that comes before the alert in the first revision', async () => {
  const observable = domain('known-before.example');
  const alert = newAlert({ severity: 'critical', observables: [observable] });
  await service.emit(EnrichmentCompleted, newEnrichment(alert.id, observable));
  await settle();
  await service.emit(AlertCreated, { alert });
  await settle();
  expect(await revisionsOf(alert.id, 1)).toEqual([{ revision: 1, score: 87, suggestedVerdict: 'true_positive' }]);
});

it('knows an entity from the enrichment of an earlier alert, and takes it back when intel does not agree', async () => {
  const observable = domain('known-elsewhere.example');
  const [first, second] = [newAlert({ observables: [observable] }), newAlert({ observables: [observable] })];
  await service.emit(AlertCreated, { alert: first });
  await revisionsOf(first.id, 1);
  await service.emit(EnrichmentCompleted, newEnrichment(first.id, observable));
  await revisionsOf(first.id, 2);
  await service.emit(AlertCreated, { alert: second });
  expect((await revisionsOf(second.id, 1))[0]?.score).toBe(25 + 5 + 27);
  await service.emit(EnrichmentCompleted, newEnrichment(second.id));
  expect((await revisionsOf(second.id, 2))[1]).toMatchObject({ revision: 2, score: 30 });
});

it('never misses a hit, however analysis and enrichment of the same alerts race', async () => {
  const alerts = Array.from({ length: 200 }, (_, index) =>
    newAlert({ observables: [domain(`race-${index}.example`)] }),
  );
  await Promise.all(
    alerts.flatMap((alert) => [
      service.emit(AlertCreated, { alert }),
      service.emit(EnrichmentCompleted, newEnrichment(alert.id, alert.observables[0])),
    ]),
  );
  const ids = alerts.map(({ id }) => id);
  await waitFor(async () => {
    const [row] = await service.query<{ analysed: number }>(
      `select count(*)::int as analysed from ai.alerts
       where alert_id = any($1) and scored_confidence is not null and enriched_at is not null`,
      [ids],
    );
    return row?.analysed === 200;
  });
  const rows = await service.query<{ score: number }>(
    `select distinct on (alert_id) (analysis ->> 'score')::int as score from ai.analyses
     where alert_id = any($1) order by alert_id, revision desc`,
    [ids],
  );
  expect(rows.map(({ score }) => score)).toEqual(ids.map(() => 25 + 10 + 27));
});
