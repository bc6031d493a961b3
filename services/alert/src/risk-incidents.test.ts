import { GetIncident, ListIncidents } from '@soc/contracts/alert/incidents';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from './app.ts';
import { analyse, postAlert } from './arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService, { env: { RISK_INCIDENT_THRESHOLD: '100' } });
});
afterAll(() => service.close());

const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const incidentsOf = async (entity: string) => (await service.call(ListIncidents, { query: { entity } })).body.items;

test('alerts too far apart for a window open an incident once the risk of their entity reaches the threshold', async () => {
  const observables = [{ type: 'host' as const, value: 'slow' }];
  const post = (hour: number) => postAlert(service, { observables, severity: 'high', occurredAt: at(hour) });
  const ids = [await post(0), await post(3)];
  await analyse(service, ...ids);
  expect(await incidentsOf('slow')).toEqual([]);
  ids.push(await post(6));
  await analyse(service, ids[2] ?? '');
  const [incident, ...others] = await incidentsOf('slow');
  expect([incident?.alertCount, incident?.firstSeenAt, others]).toEqual([3, at(0), []]);
  const { body } = await service.call(GetIncident, { params: { id: incident?.id ?? '' } });
  expect(body.reasons.map(({ alertId, explanation }) => [alertId, explanation])).toEqual(
    ids.map((id) => [id, 'adds 40 to the risk of host slow, which reached 110 of 100']),
  );
  // What comes after it does not open another beside it.
  await analyse(service, await post(9));
  expect(await incidentsOf('slow')).toHaveLength(1);
});

test('a hub opens none, whatever goes through it', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 22; index += 1) {
    const observables = [
      { type: 'ip' as const, value: '203.0.113.80' },
      { type: 'host' as const, value: `through-${index}` },
    ];
    ids.push(await postAlert(service, { observables, severity: 'high', occurredAt: at(index) }));
  }
  await analyse(service, ...ids);
  expect(await incidentsOf('203.0.113.80')).toEqual([]);
});
