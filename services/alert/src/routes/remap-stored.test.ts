import { once } from 'node:events';
import { connect } from 'node:net';
import { AlertUpdated } from '@soc/contracts';
import { ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { PutMapping } from '@soc/contracts/alert/mappings';
import { GetAlert, ListAlerts } from '@soc/contracts/alert/queries';
import { RemapAlerts } from '@soc/contracts/alert/remap';
import { CreateSuppression } from '@soc/contracts/alert/suppressions';
import { startTestService, takeFreePorts, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
let port: number;
beforeAll(async () => {
  [port] = await takeFreePorts(1);
  const env = { SYSLOG_TCP_PORT: String(port), SYSLOG_PEERS: '127.0.0.1=default', SYSLOG_UTC_OFFSET_MINUTES: '120' };
  service = await startTestService(alertService, { env });
});
afterAll(() => service.close());

const put = (name: string, mapping: object) => service.call(PutMapping, { params: { name }, body: mapping });
const post = async (mapping: string, body: string): Promise<string> => {
  const request = { params: { source: 'generic' }, query: { mapping }, body };
  return (await service.call(ReceiveWebhook, request)).body.alerts[0]?.id ?? '';
};
const remap = async (source: string, body: object) =>
  (await service.call(RemapAlerts, { params: { source }, body })).body;

test('a mapping named as another source reads no payload of the other', async () => {
  await put('okta', { title: { paths: ['what'] } });
  await post('okta', '{"what":"Mine"}');
  expect(await remap('okta', {})).toMatchObject({ examined: 0, unreadable: [] });
  expect(await remap('generic', { mapping: 'okta' })).toMatchObject({ examined: 1, unreadable: [] });
});

test.each(['generic', 'syslog'])('no mapping can be called %s, as what the source reads by itself', async (name) => {
  const { status, problem } = await put(name, { title: { paths: ['what'] } });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'params.name']);
});

test('a syslog message is read again as it was read: at its time, and whole with its line feeds', async () => {
  const message = '<134>Jan  2 03:04:05 fw1 CEF:0|Acme|Wall|1|a|counted worm|8|src=10.0.0.9 msg=one\n<13>two';
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`${message.length} ${message}`);
  const alert = await waitFor(async () => {
    const { body } = await service.call(ListAlerts, { query: { limit: 200 } });
    return body.items.find(({ title }) => title.includes('counted worm'));
  });
  expect(alert.occurredAt).toContain('T01:04:05');
  expect(await remap('cef', { apply: true })).toMatchObject({ examined: 1, changes: [], unreadable: [] });

  const posted = await service.call(ReceiveWebhook, {
    params: { source: 'cef' },
    body: message.replace('counted', 'posted').split('\n')[0] ?? '',
  });
  const { body } = await service.call(GetAlert, { params: { id: posted.body.alerts[0]?.id ?? '' } });
  expect(body.occurredAt).toBe(alert.occurredAt);
});

test('payloads are read no more than 16 MiB a call, and the next call goes on', async () => {
  await put('big', { title: { paths: ['what'] } });
  const ids: string[] = [];
  for (const nth of [1, 2, 3]) ids.push(await post('big', `{"what":"Big ${nth}"}`));
  await service.query(
    `update alert.raw_payloads set payload = '{"what":"Big","pad":"' || repeat('x', 7000000) || '"}' where mapping = 'big'`,
  );
  const first = await remap('generic', { mapping: 'big' });
  expect(first).toMatchObject({ examined: 2, next: ids[1] });
  expect(await remap('generic', { mapping: 'big', after: first.next })).toMatchObject({ examined: 1, next: null });
});

test('nobody is told that a suppressed alert is read differently', async () => {
  await put('quiet', { title: { paths: ['what'] } });
  const name = 'Nightly';
  const suppression = { name, reason: 'The owner knows of these.', conditions: { title: ['nightly *'] } };
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  expect((await service.call(CreateSuppression, { body: { ...suppression, expiresAt } })).status).toBe(201);
  const hidden = await post('quiet', '{"what":"Nightly copy","where":"ws1"}');
  const heard = await post('quiet', '{"what":"Intruder","where":"ws1"}');
  await put('quiet', { title: { paths: ['what'] }, observables: [{ type: 'host', paths: ['where'] }] });
  const { changes } = await remap('generic', { mapping: 'quiet', apply: true });
  expect(changes.map(({ alertId }) => alertId)).toEqual([hidden, heard]);
  await service.published(AlertUpdated, { where: ({ data }) => data.alert.id === heard });
  // Published in the order of the alerts: the hidden one's would be there by now.
  const told = await service.published(AlertUpdated, { where: ({ data }) => [hidden, heard].includes(data.alert.id) });
  expect(told.map(({ data }) => data.alert.id)).toEqual([heard]);
});
