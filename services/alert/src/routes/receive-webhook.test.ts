import { readFileSync } from 'node:fs';
import type { Alert } from '@soc/contracts';
import { ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { PutMapping } from '@soc/contracts/alert/mappings';
import { GetAlert, GetRawPayload } from '@soc/contracts/alert/queries';
import { GetAlertTimeline } from '@soc/contracts/alert/timeline';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const receive = (source: string, body: unknown, query = {}) =>
  service.call(ReceiveWebhook, { params: { source }, body, query });

async function storedBy(answer: Awaited<ReturnType<typeof receive>>): Promise<Alert> {
  const [first] = answer.body.alerts;
  return (await service.call(GetAlert, { params: { id: first?.id ?? '' } })).body;
}

const eve = (more: object = {}): object => ({
  timestamp: '2026-03-01T08:00:00.000000+0000',
  event_type: 'alert',
  src_ip: '203.0.113.9',
  dest_ip: '10.0.0.5',
  alert: { signature_id: 2_024_897, signature: 'ET MALWARE Beacon', severity: 1 },
  ...more,
});

test("a vendor's payload becomes an alert, and is kept as it was received", async () => {
  const body = JSON.stringify(eve(), null, 2);
  const answer = await receive('suricata', body);
  expect([answer.status, answer.body]).toEqual([
    202,
    { alerts: [{ id: expect.any(String), deduplicated: false }], rejected: [], skipped: 0 },
  ]);
  const alert = await storedBy(answer);
  expect(alert).toMatchObject({
    title: 'ET MALWARE Beacon',
    source: 'suricata',
    occurredAt: '2026-03-01T08:00:00.000Z',
  });
  const raw = await service.call(GetRawPayload, { params: { id: alert.id } });
  expect(raw.body.payload).toBe(body);
  expect((await receive('suricata', body)).body.alerts).toEqual([{ id: alert.id, deduplicated: true }]);
});

test('NDJSON keeps its good lines, and tells the bad ones and what is no alert', async () => {
  const lines = [
    JSON.stringify(eve({ src_ip: '203.0.113.10' })),
    'not json',
    JSON.stringify({ event_type: 'flow', src_ip: '203.0.113.10' }),
    JSON.stringify(eve({ alert: {} })),
    JSON.stringify(eve({ src_ip: '203.0.113.11' })),
  ];
  const { status, body } = await receive('suricata', lines.join('\n'));
  expect([status, body.alerts.length, body.skipped]).toEqual([202, 2, 1]);
  expect(body.rejected.map(({ index, code }) => [index, code])).toEqual([
    [1, 'alert.malformed'],
    [3, 'alert.unmappable'],
  ]);
});

test('an alert that cannot be stored is told, and costs the others nothing', async () => {
  await service.query(`alter table alert.alerts add constraint no_poison check (title <> 'poison')`);
  const named = (signature: string, id: number) => eve({ alert: { signature_id: 90 + id, signature, severity: 1 } });
  const lines = ['not json', JSON.stringify(named('good', 1)), JSON.stringify(named('poison', 2))];
  const { status, body } = await receive('suricata', lines.join('\n'));
  await service.query('alter table alert.alerts drop constraint no_poison');
  expect([status, body.alerts.length]).toEqual([202, 1]);
  expect(body.rejected.map(({ index, code }) => [index, code])).toEqual([
    [0, 'alert.malformed'],
    [2, 'alert.unstorable'],
  ]);
});

test('a payload without what its mapping needs is refused, naming the field', async () => {
  const { status, problem } = await receive('suricata', eve({ alert: {} }));
  expect([status, problem?.code]).toEqual([422, 'alert.unmappable']);
  expect(problem?.detail).toMatch(/alert\.signature/);
});

test.each(['', '   ', '{"cut off', '[]'])('a body that is no document is refused: %j', async (body) => {
  expect((await receive('suricata', body)).status).toBe(400);
});

test('an unknown source is not found', async () => {
  const { status, problem } = await receive('fax', eve());
  expect([status, problem?.code]).toEqual([404, 'alert.source_unknown']);
});

test('the source generic reads any shape by a mapping of the operator', async () => {
  const mapping = {
    list: 'findings',
    title: { paths: ['what'] },
    severity: { paths: ['grade'], table: { a: 'critical' }, default: 'low' },
    observables: [{ type: 'host', paths: ['where'] }],
  };
  await service.call(PutMapping, { params: { name: 'scanner' }, body: mapping });
  const body = {
    findings: [
      { what: 'Open door', grade: 'A', where: 'srv1' },
      { what: 'Old lock', where: 'srv2' },
    ],
  };
  const answer = await receive('generic', body, { mapping: 'scanner' });
  expect(answer.body.alerts).toHaveLength(2);
  expect(await storedBy(answer)).toMatchObject({
    title: 'Open door',
    severity: 'critical',
    source: 'generic',
    observables: [{ type: 'host', value: 'srv1' }],
  });
  const raw = await service.call(GetRawPayload, { params: { id: answer.body.alerts[1]?.id ?? '' } });
  expect(JSON.parse(raw.body.payload)).toEqual(body.findings[1]);
});

test('a mapping that is not there is not found, and only generic takes one', async () => {
  const missing = await receive('generic', { title: 'x' }, { mapping: 'nobody-made-it' });
  expect([missing.status, missing.problem?.code]).toEqual([404, 'alert.mapping_unknown']);
  const foreign = await receive('suricata', eve(), { mapping: 'scanner' });
  expect([foreign.status, foreign.problem?.errors?.[0]?.path]).toEqual([400, 'query.mapping']);
});

test('the news that an alert is over is told in its timeline and is no occurrence', async () => {
  const prometheus = (status: string) => ({
    status,
    alerts: [{ status, labels: { alertname: 'DiskFull', instance: 'srv9' }, startsAt: '2026-03-01T08:00:00Z' }],
  });
  const fired = await receive('prometheus-alertmanager', prometheus('firing'));
  const resolved = await receive('prometheus-alertmanager', prometheus('resolved'));
  const alert = await storedBy(fired);
  expect(resolved.body.alerts).toEqual([{ id: alert.id, deduplicated: true }]);
  expect(alert).toMatchObject({ occurrences: 1, status: 'new' });
  const { body } = await service.call(GetAlertTimeline, { params: { id: alert.id } });
  expect(body.items.map(({ kind }) => kind)).toEqual(['received', 'resolved']);
});

const documents = sharedData('11-robustness/json-parsing.ndjson');

test.skipIf(documents === undefined)('no hostile document breaks a webhook', async () => {
  for (const text of readFileSync(documents ?? '', 'utf8')
    .trim()
    .split('\n')) {
    // As its SOURCE.md tells.
    const { name, expected, base64 } = JSON.parse(text) as Readonly<Record<'name' | 'expected' | 'base64', string>>;
    for (const source of ['generic', 'suricata', 'windows-event']) {
      const { status } = await receive(source, Buffer.from(base64, 'base64'));
      expect([name, source, [400, 422, ...(expected === 'accept' ? [202] : [])].includes(status)]).toEqual([
        name,
        source,
        true,
      ]);
    }
  }
});

test('documents nested as deep as the limit allows break nothing', async () => {
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  for (const body of [deep(100_000), `[${deep(100_000)}]`, `{"title":"x","tags":${deep(100_000)}}`]) {
    const { status } = await receive('generic', body);
    expect([202, 400, 422]).toContain(status);
  }
});
