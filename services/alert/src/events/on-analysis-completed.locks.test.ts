import { AnalysisCompleted } from '@soc/contracts';
import { GetAlert } from '@soc/contracts/alert/queries';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { analyse, anAnalysis, postAlert } from '../arrange.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const get = async (id: string) => (await service.call(GetAlert, { params: { id } })).body;

test('an analysis holds no alert while it waits for an earlier one, so that an enrichment of both cannot deadlock', async () => {
  const given = { observables: [{ type: 'host' as const, value: 'ws4' }], occurredAt: '2026-03-01T08:00:00Z' };
  const loose = await postAlert(service, given);
  const later = await postAlert(service, given);
  await analyse(service, loose);
  const enriching = service.query(`do $$ begin
    perform from alert.alerts where id = '${loose}' for no key update;
    -- Somebody of this database waits for a lock; other tests have their own.
    while not exists (
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    ) loop
      perform pg_sleep(0.02);
      perform pg_stat_clear_snapshot();
    end loop;
    set local lock_timeout = '500ms';
    perform from alert.alerts where id = '${later}' for no key update;
  end $$`);
  const asleep = `select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
  await waitFor(async () => (await service.query(asleep)).length > 0);
  await service.emit(AnalysisCompleted, anAnalysis(later));
  await enriching;
  await waitFor(async () => (await get(later)).incidentId !== null);
  expect((await get(loose)).incidentId).toBe((await get(later)).incidentId);
});
