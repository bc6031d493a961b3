import { readFileSync } from 'node:fs';
import { alertEndpoints } from '@soc/contracts/alert/endpoints';
import { ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { ListIncidentAlerts, ListIncidents } from '@soc/contracts/alert/incidents';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { coverRefusals, sharedData, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alertService } from './app.ts';
import { analyse } from './arrange.fixture.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService(alertService);
});
afterEach(() => service.close());

test('every endpoint refuses the unknown, the unentitled and the malformed', async () => {
  await coverRefusals(service, alertEndpoints, {
    bulkAlerts: { invalid: { body: 'not json', path: 'body' } },
    receiveWebhook: { request: { params: { source: 'suricata' } } },
  });
});

const scenario = sharedData('12-scenario-log4shell');

test.skipIf(scenario === undefined)(
  'two log sources that saw one intrusion tell one incident in event order',
  { timeout: 60_000 },
  async () => {
    const posted: string[] = [];
    for (const file of ['securityauditing', 'sysmon']) {
      const body = readFileSync(`${scenario}/${file}.ndjson`, 'utf8');
      const answer = await service.call(ReceiveWebhook, { params: { source: 'windows-event' }, body });
      expect([answer.status, answer.body.rejected]).toEqual([202, []]);
      posted.push(...answer.body.alerts.map(({ id }) => id));
    }
    const alertIds = [...new Set(posted)];
    expect([posted.length, alertIds.length > 20]).toEqual([526, true]);
    await analyse(service, ...alertIds);

    const [incident, ...others] = await waitFor(async () => (await service.call(ListIncidents)).body.items);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ alertCount: alertIds.length, title: expect.stringMatching(/workstation5/i) });
    const members: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: Awaited<ReturnType<typeof service.call<typeof ListIncidentAlerts>>> = await service.call(
        ListIncidentAlerts,
        { params: { id: incident?.id ?? '' }, query: { limit: 200, ...(cursor !== '' && { cursor }) } },
      );
      members.push(...body.items.map(({ occurredAt }) => occurredAt));
      cursor = body.nextCursor;
    }
    expect(members).toHaveLength(alertIds.length);
    expect(members).toEqual(members.toSorted());
    const { body } = await service.call(ListAlerts, { query: { severity: 'informational', limit: 1 } });
    expect(body.items[0]?.incidentId).toBe(incident?.id);
  },
);
