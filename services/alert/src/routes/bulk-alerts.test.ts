import { readFileSync } from 'node:fs';
import { AlertCreated } from '@soc/contracts';
import { BulkAlerts } from '@soc/contracts/alert/ingest';
import { GetRawPayload, ListAlerts } from '@soc/contracts/alert/queries';
import { sharedData, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
});
afterAll(() => service.close());

const line = (title: string, more: object = {}): string => JSON.stringify({ title, severity: 'low', ...more });

test('NDJSON is stored line by line, and every new alert is published', async () => {
  const count = 1_200;
  const body = Array.from({ length: count }, (_, index) => line(`Bulk ${index}`, { source: 'bulk' })).join('\n');
  const answer = await service.call(BulkAlerts, { body });
  expect([answer.status, answer.body]).toEqual([
    200,
    { received: count, created: count, deduplicated: 0, rejected: [] },
  ]);
  const events = await service.published(AlertCreated, { count, where: ({ data }) => data.alert.source === 'bulk' });
  expect(new Set(events.map(({ subject }) => subject)).size).toBe(count);
});

test('an array is as good, and the same alert within it is counted', async () => {
  const same = { title: 'Again and again', severity: 'high' };
  const answer = await service.call(BulkAlerts, { body: [same, { ...same, title: 'Once' }, same, same] });
  expect(answer.body).toEqual({ received: 4, created: 2, deduplicated: 2, rejected: [] });
  const list = await service.call(ListAlerts, { query: { q: 'again' } });
  expect(list.body.items.map(({ occurrences }) => occurrences)).toEqual([3]);
});

test('a bad line is reported by its index and costs no good one', async () => {
  const lines = [
    line('Good 1'),
    '{"title": "cut off',
    '',
    line('Good 2'),
    '[]',
    line('Bad', { severity: 'terrible' }),
    line('Bad', { surprise: 1 }),
    line('Bad', { observables: [{ type: 'md5', value: 'x' }] }),
    line('Good 3'),
  ];
  const { body } = await service.call(BulkAlerts, { body: lines.join('\n') });
  expect(body).toMatchObject({ received: 8, created: 3, deduplicated: 0 });
  expect(body.rejected.map(({ index, code }) => [index, code])).toEqual([
    [1, 'alert.malformed'],
    [3, 'request.invalid'],
    [4, 'request.invalid'],
    [5, 'request.invalid'],
    [6, 'request.invalid'],
  ]);
  expect(body.rejected.map(({ detail }) => detail).slice(2)).toEqual([
    expect.stringContaining('severity'),
    expect.stringContaining('surprise'),
    'observables.0.value: no md5',
  ]);
});

test('each line is kept as it was received', async () => {
  const received = '{ "severity":"low",  "title":"Kept as it is" }';
  await service.call(BulkAlerts, { body: received });
  const { body } = await service.call(ListAlerts, { query: { q: '"kept as it is"' } });
  const raw = await service.call(GetRawPayload, { params: { id: body.items[0]?.id ?? '' } });
  expect(raw.body.payload).toBe(received);
});

test.each([
  ['nothing', ''],
  ['blank lines', '\n  \n'],
  ['an empty array', '[]'],
  ['text', 'hello\nworld'],
])('%s is refused', async (_, body) => {
  expect((await service.call(BulkAlerts, { body })).status).toBe(400);
});

test('more than 10,000 alerts, or more bytes than allowed, are refused as too large', async () => {
  const many = await service.call(BulkAlerts, { body: `${line('x')}\n`.repeat(10_001) });
  expect([many.status, many.problem?.code]).toEqual([413, 'alert.bulk_too_large']);
  const big = await service.call(BulkAlerts, { body: Buffer.alloc(32 * 1024 * 1024 + 1, ' ') });
  expect([big.status, big.problem?.code]).toEqual([413, 'request.too_large']);
});

test('an Idempotency-Key answers the same bulk as the first time and refuses another', async () => {
  const headers = { 'idempotency-key': 'bulk' };
  const first = await service.call(BulkAlerts, { body: line('Keyed'), headers });
  const second = await service.call(BulkAlerts, { body: line('Keyed'), headers });
  expect([first.body.created, second.body]).toEqual([1, first.body]);
  const other = await service.call(BulkAlerts, { body: line('Another'), headers });
  expect([other.status, other.problem?.code]).toEqual([422, 'idempotency.key_reused']);
});

test('the same bulk sent twice at once is stored once, and both get the one answer', async () => {
  const headers = { 'idempotency-key': 'bulk-twice' };
  const body = Array.from({ length: 700 }, (_, index) => line(`Twice ${index}`, { source: 'twice' })).join('\n');
  const answers = await Promise.all(Array.from({ length: 3 }, () => service.call(BulkAlerts, { body, headers })));
  const outcome = { received: 700, created: 700, deduplicated: 0, rejected: [] };
  expect(answers.map((answer) => answer.body)).toEqual([outcome, outcome, outcome]);
  const [sum] = await service.query(
    `select sum(occurrences)::int as occurrences from alert.alerts where source = 'twice'`,
  );
  expect(sum).toEqual({ occurrences: 700 });
});

test('a key whose holder died is free again once the claim has run out', async () => {
  await service.query(
    `insert into alert.bulk_claims (tenant_id, key, holder, claimed_until)
     values ('default', 'bulk-orphan', gen_random_uuid(), clock_timestamp() + interval '500 ms')`,
  );
  const startedAt = performance.now();
  const answer = await service.call(BulkAlerts, {
    body: line('Orphan'),
    headers: { 'idempotency-key': 'bulk-orphan' },
  });
  expect([answer.status, answer.body.created, performance.now() - startedAt > 400]).toEqual([200, 1, true]);
});

test('a bulk that was refused leaves its key free', async () => {
  const headers = { 'idempotency-key': 'bulk-refused' };
  expect((await service.call(BulkAlerts, { body: 'no JSON', headers })).status).toBe(400);
  expect((await service.call(BulkAlerts, { body: line('Better'), headers })).status).toBe(200);
  expect(await service.query(`select from alert.bulk_claims where key like 'bulk%'`)).toEqual([]);
});

const documents = sharedData('11-robustness/json-parsing.ndjson');

test.skipIf(documents === undefined)('no hostile document costs a good line beside it', async () => {
  for (const text of readFileSync(documents ?? '', 'utf8')
    .trim()
    .split('\n')) {
    // As its SOURCE.md tells.
    const { name, base64 } = JSON.parse(text) as { readonly name: string; readonly base64: string };
    const bytes = Buffer.from(base64, 'base64');
    const alone = await service.call(BulkAlerts, { body: bytes });
    expect([name, alone.status < 500, alone.body.created ?? 0]).toEqual([name, true, 0]);
    const good = ['before', 'after'].map((place) => Buffer.from(line(`${name} ${place}`)));
    const beside = await service.call(BulkAlerts, {
      body: Buffer.concat([good[0] ?? bytes, Buffer.from('\n'), bytes, Buffer.from('\n'), good[1] ?? bytes]),
    });
    expect([name, beside.status, beside.body.created]).toEqual([name, 200, 2]);
  }
});
