import { AlertCreated, EnrichmentCompleted } from '@soc/contracts';
import { CreateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';
import { newAlert } from './alert.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
  await service.call(CreateIndicator, { body: { type: 'domain', value: 'evil.example' } });
  await service.call(CreateIndicator, { body: { type: 'ip', value: '8.8.8.8' } });
});
afterAll(() => service.close());

const enrichmentOf = async (alertId: string) => {
  const [event] = await service.published(EnrichmentCompleted, { where: ({ data }) => data.alertId === alertId });
  return event;
};

it('answers an alert with what is known of its observables, in its tenant and its correlation', async () => {
  const alert = newAlert([{ type: 'domain', value: 'www.evil.example', role: 'destination' }]);
  const cause = await service.emit(AlertCreated, { alert }, { correlationId: 'request-0001' });
  const event = await enrichmentOf(alert.id);
  expect(event).toMatchObject({
    tenantid: 'default',
    subject: alert.id,
    correlationid: 'request-0001',
    causationid: cause,
  });
  expect(event.data).toMatchObject({
    reputation: 'malicious',
    matches: [{ observable: alert.observables[0], kind: 'subdomain', indicatorValue: 'evil.example' }],
    warninglistHits: [],
  });
});

it('answers an alert of which nothing is known, and one without observables', async () => {
  const alerts = [newAlert([{ type: 'ip', value: '203.0.113.99' }]), newAlert([])];
  for (const alert of alerts) await service.emit(AlertCreated, { alert });
  for (const { id } of alerts) {
    expect((await enrichmentOf(id)).data).toMatchObject({ reputation: 'unknown', matches: [], warninglistHits: [] });
  }
});

it('does not call an alert malicious for an observable that is warninglisted', async () => {
  const alert = newAlert([{ type: 'ip', value: '8.8.8.8' }]);
  await service.emit(AlertCreated, { alert });
  const { data } = await enrichmentOf(alert.id);
  expect(data.reputation).toBe('benign');
  expect(data.matches).toHaveLength(1);
  expect(data.warninglistHits).toHaveLength(1);
});

it('looks an alert of another tenant up among that tenant’s indicators', async () => {
  const alert = { ...newAlert([{ type: 'domain', value: 'evil.example' }]), tenantId: 'other' };
  await service.emit(AlertCreated, { alert }, { tenantId: 'other' });
  const event = await enrichmentOf(alert.id);
  expect([event.tenantid, event.data.reputation]).toEqual(['other', 'unknown']);
});

it('enriches every alert of a burst exactly once', async () => {
  const alerts = Array.from({ length: 300 }, (_, index) =>
    newAlert([
      { type: 'ip', value: `198.18.${index >> 8}.${index & 255}` },
      { type: 'domain', value: 'x.evil.example' },
    ]),
  );
  const ids = new Set(alerts.map(({ id }) => id));
  await Promise.all(alerts.map((alert) => service.emit(AlertCreated, { alert })));
  const where = ({ data }: { readonly data: { readonly alertId: string } }): boolean => ids.has(data.alertId);
  const events = await service.published(EnrichmentCompleted, { count: 300, where });
  expect(new Set(events.map(({ data }) => data.alertId))).toEqual(ids);
  expect(events).toHaveLength(300);
  expect(events.every(({ data }) => data.reputation === 'malicious')).toBe(true);
});

it('answers an alert that is told of twice once', async () => {
  const alert = newAlert([]);
  await service.emit(AlertCreated, { alert });
  await enrichmentOf(alert.id);
  await service.emit(AlertCreated, { alert });
  const marker = newAlert([]);
  await service.emit(AlertCreated, { alert: marker });
  await enrichmentOf(marker.id);
  const events = await service.published(EnrichmentCompleted, { where: ({ data }) => data.alertId === alert.id });
  expect(events).toHaveLength(1);
});
