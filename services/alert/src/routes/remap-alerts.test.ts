import { AlertUpdated } from '@soc/contracts';
import { ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { PutMapping } from '@soc/contracts/alert/mappings';
import { GetAlert, GetRawPayload, ListAlerts } from '@soc/contracts/alert/queries';
import { RemapAlerts } from '@soc/contracts/alert/remap';
import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const put = (mapping: object) => service.call(PutMapping, { params: { name: 'door' }, body: mapping });
const remap = (body: object, query = {}) => service.call(RemapAlerts, { params: { source: 'generic' }, body, query });

test('a better mapping is tried on stored payloads, then applied, and said in the timeline', async () => {
  await put({ title: { paths: ['what'] } });
  const body = ' {"what": "Door",  "grade":"A","where":"srv1","n": 1.0}';
  const request = { params: { source: 'generic' }, query: { mapping: 'door' }, body };
  const id = (await service.call(ReceiveWebhook, request)).body.alerts[0]?.id ?? '';
  await put({
    title: { templates: ['{what} at {where}'], paths: ['what'] },
    severity: { paths: ['grade'], table: { a: 'critical' }, default: 'low' },
    observables: [{ type: 'host', paths: ['where'] }],
  });

  const differences = [
    { field: 'title', before: 'Door', after: 'Door at srv1' },
    { field: 'severity', before: 'medium', after: 'critical' },
    { field: 'observables', before: [], after: [{ type: 'host', value: 'srv1' }] },
  ];
  const expected = {
    mapping: 'door',
    version: 2,
    examined: 1,
    changes: [{ alertId: id, fromVersion: 1, differences }],
  };
  const tried = await remap({ mapping: 'door' });
  expect([tried.status, tried.body]).toMatchObject([200, { ...expected, unreadable: [], next: null }]);
  const before = (await service.call(GetAlert, { params: { id } })).body;
  expect(before).toMatchObject({ title: 'Door', version: 1 });

  expect((await remap({ mapping: 'door', apply: true })).body).toMatchObject(expected);
  const after = (await service.call(GetAlert, { params: { id } })).body;
  expect(after).toMatchObject({
    title: 'Door at srv1',
    severity: 'critical',
    fingerprint: before.fingerprint,
    version: 2,
  });
  const raw = (await service.call(GetRawPayload, { params: { id } })).body;
  expect(raw).toMatchObject({ payload: body, mapping: 'door', mappingVersion: 2 });
  const found = await service.call(ListAlerts, { query: { observable: 'srv1' } });
  expect(found.body.items.map((alert) => alert.id)).toEqual([id]);
  const timeline = (await service.call(GetAlertTimeline, { params: { id } })).body.items;
  expect(timeline.find(({ kind }) => kind === 'remapped')?.summary).toContain('version 2 of door: title, severity');
  const [event] = await service.published(AlertUpdated, { where: ({ data }) => data.alert.id === id });
  expect(event?.data.changed).toEqual(['title', 'severity', 'observables']);
  expect((await remap({ mapping: 'door', apply: true })).body).toMatchObject({ examined: 1, changes: [] });
});

test('a payload that the mapping cannot read is told and stays as it is, page by page', async () => {
  await put({ title: { paths: ['missing'] } });
  const { body } = await remap({ mapping: 'door', apply: true }, { limit: 1 });
  expect([body.changes, body.unreadable.map(({ reason }) => reason)]).toEqual([
    [],
    [expect.stringContaining('no title')],
  ]);
  const rest = await remap({ mapping: 'door', after: body.next }, { limit: 1 });
  expect(rest.body).toMatchObject({ examined: 0, next: null });
});

test("another tenant's payloads are not read, and what is not there is not found", async () => {
  const unknown = await service.call(RemapAlerts, { params: { source: 'fax' }, body: {} });
  expect([unknown.status, unknown.problem?.code]).toEqual([404, 'alert.source_unknown']);
  const unnamed = await remap({ mapping: 'nobody-made-it' });
  expect([unnamed.status, unnamed.problem?.code]).toEqual([404, 'alert.mapping_unknown']);
  const token = service.tokens.otherTenantAdmin;
  const foreign = await service.call(RemapAlerts, { params: { source: 'generic' }, body: {}, token });
  expect([foreign.status, foreign.body.examined]).toEqual([200, 0]);
});
