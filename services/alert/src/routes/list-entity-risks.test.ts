import { ListEntityRisks } from '@soc/contracts/alert/entity-risk';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, postAlert } from '../arrange.fixture.ts';

let service: TestService;
const now = new Date('2026-03-02T08:00:00.000Z');
beforeAll(async () => {
  service = await startTestService(alertService, { now: () => now });
});
afterAll(() => service.close());

const list = async (query: Readonly<Record<string, string | number>> = {}) => service.call(ListEntityRisks, { query });

test('entities are listed by the risk their alerts add up to, with what contributes most', async () => {
  const named = (value: string) => ({ observables: [{ type: 'host' as const, value }] });
  const dayBefore = { occurredAt: '2026-03-01T08:00:00.000Z' };
  const ids = [
    await postAlert(service, { ...named('ws1'), ...dayBefore, severity: 'critical' }),
    await postAlert(service, { ...named('ws1'), occurredAt: now.toISOString(), severity: 'low' }),
    await postAlert(service, { ...named('ws2'), occurredAt: now.toISOString(), severity: 'high' }),
    await postAlert(service, { observables: [{ type: 'user', value: 'eve' }], ...dayBefore, severity: 'medium' }),
  ];
  await analyse(service, ...ids);
  const { status, body } = await list();
  expect([status, body.items.map(({ value, risk, isHub }) => [value, risk, isHub])]).toEqual([
    200,
    [
      ['ws1', 45, false],
      ['ws2', 40, false],
      ['eve', 7.5, false],
    ],
  ]);
  expect(body.items[0]).toMatchObject({
    alertCount: 2,
    contributions: [
      { alertId: ids[0], points: 80, now: 40 },
      { alertId: ids[1], points: 5, now: 5 },
    ],
  });
  const first = await list({ limit: 2 });
  const second = await list({ limit: 2, cursor: first.body.nextCursor ?? '' });
  expect(second.body.items.map(({ value }) => value)).toEqual(['eve']);
  expect((await list({ type: 'user' })).body.items.map(({ value }) => value)).toEqual(['eve']);
  const theirs = await service.call(ListEntityRisks, { token: service.tokens.otherTenantAdmin });
  expect(theirs.body.items).toEqual([]);

  // A clock that is wrong makes nobody riskier than the alert would now.
  const ahead = { ...named('ws4'), occurredAt: '2099-01-01T00:00:00.000Z', severity: 'low' as const };
  await analyse(service, await postAlert(service, ahead));
  const wrong = (await list()).body.items.find(({ value }) => value === 'ws4');
  expect(wrong).toMatchObject({ risk: 5, lastAt: now.toISOString(), contributions: [{ points: 5, now: 5 }] });

  // Analysed again, an alert adds nothing.
  await service.query(`update alert.alerts set analysis_revision = 0`);
  const again = await postAlert(service, { ...named('ws3'), occurredAt: now.toISOString() });
  await analyse(service, ids[2] ?? '', again);
  expect((await list()).body.items.map(({ value, risk }) => [value, risk])).toContainEqual(['ws2', 40]);
});
