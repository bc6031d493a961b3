import { AlertCreated } from '@soc/contracts';
import { EVENTS_MAX_REJECTED, IngestEvents } from '@soc/contracts/alert/events-ingest';
import { GetRawPayload, ListAlerts } from '@soc/contracts/alert/queries';
import { DisableRule } from '@soc/contracts/alert/rules';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules, processEvent, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
  await importRules(service, ruleText({ id: 'r-dump', title: 'Credentials dumped', contains: 'sekurlsa' }));
});
afterAll(() => service.close());

const send = (body: unknown, source?: string) =>
  service.call(IngestEvents, { body, ...(source !== undefined && { query: { source } }) });
const dump = processEvent('mimikatz sekurlsa::logonpasswords');
const quiet = processEvent('whoami');

test('a match becomes an alert with the rule, its techniques and what the event names', async () => {
  const answer = await send([dump, quiet].join('\n'));
  expect([answer.status, answer.body]).toEqual([
    200,
    { received: 2, matched: 1, alerts: 1, deduplicated: 0, rejected: [] },
  ]);
  const { body } = await service.call(ListAlerts, { query: { source: 'sigma' } });
  const [alert] = body.items;
  expect(alert).toMatchObject({
    title: 'Credentials dumped',
    severity: 'high',
    ruleId: 'r-dump',
    ruleName: 'Credentials dumped',
    tactics: ['execution'],
    techniques: ['T1059.001'],
    occurredAt: '2026-03-01T08:00:00.000Z',
    observables: expect.arrayContaining([
      expect.objectContaining({ type: 'host', value: 'ws-07.corp.example' }),
      expect.objectContaining({ type: 'process' }),
    ]),
  });
  expect(alert?.description).toContain('CommandLine: mimikatz sekurlsa::logonpasswords');
  const raw = await service.call(GetRawPayload, { params: { id: alert?.id ?? '' } });
  expect(raw.body.payload).toBe(dump);
  await service.published(AlertCreated, { where: ({ data }) => data.alert.id === alert?.id });
});

test('the same again is an occurrence, another host another alert, in an array as in lines', async () => {
  const other = processEvent('sekurlsa', { computer: 'ws-08.corp.example' });
  const answer = await send(`[${dump}, ${other}, ${dump}]`);
  expect(answer.body).toEqual({ received: 3, matched: 3, alerts: 1, deduplicated: 2, rejected: [] });
});

test('a bad line is told by its index and costs no good one', async () => {
  const lines = [
    quiet,
    '{"cut": ',
    '',
    quiet,
    '[1]',
    '"text"',
    '{"__proto__": {}}',
    `{"a":${'['.repeat(50_000)}`,
    quiet,
  ];
  const { body } = await send(lines.join('\r\n'));
  expect([body.received, body.rejected.map(({ index, code }) => [index, code])]).toEqual([
    8,
    [1, 3, 4, 5, 6].map((index) => [index, 'event.malformed']),
  ]);
});

test('an event over the limit is told by its index, whatever stands beside it', async () => {
  const { body } = await send([quiet, `{"a":"${'x'.repeat(1024 * 1024)}"}`, quiet, '{'].join('\n'));
  expect([body.received, body.rejected.map(({ index, code }) => [index, code])]).toEqual([
    4,
    [
      [1, 'event.too_large'],
      [3, 'event.malformed'],
    ],
  ]);
});

test.each([
  ['nothing', ''],
  ['an empty array', '[]'],
  ['no JSON', 'hello\nworld'],
])('%s is refused', async (_, body) => {
  const answer = await send(body);
  expect([answer.status, answer.problem?.code]).toEqual([400, 'request.invalid']);
});

test('a body that is not of events is not read to its end, and says how far it was', async () => {
  const answer = await send(`${quiet}\n${'x\n'.repeat(EVENTS_MAX_REJECTED * 30)}`);
  expect([answer.status, answer.problem?.code]).toEqual([422, 'events.too_many_rejected']);
  expect(answer.problem?.detail).toMatch(/the \d+ lines before/);
});

test('a source that is named says what the events are', async () => {
  await importRules(
    service,
    ruleText({ id: 'r-sshd', title: 'Odd login', product: 'linux', category: 'anything', contains: 'odd' }),
  );
  const event = JSON.stringify({ CommandLine: 'odd', host: 'srv-1' });
  await waitFor(async () => {
    const { body } = await send(event, 'product=linux,category=anything');
    if (body.matched !== 1) throw new Error('the rule is not at work yet');
    return true;
  });
  expect((await send(event)).body.matched).toBe(0);
});

test('another tenant’s events meet other rules', async () => {
  const answer = await service.call(IngestEvents, { body: dump, token: service.tokens.otherTenantAdmin });
  expect([answer.body.received, answer.body.matched]).toEqual([1, 0]);
});

test('a rule that is disabled makes no more alerts', async () => {
  await service.call(DisableRule, { params: { id: 'r-dump' } });
  await expect.poll(async () => (await send(dump)).body.matched, { timeout: 30_000 }).toBe(0);
});

test('large bodies are read in parts, and every event is stored once', async () => {
  const before = await service.query<{ events: number }>(
    'select coalesce(sum(events), 0)::int as events from alert.event_blocks',
  );
  const { body } = await send(`${quiet}\n`.repeat(3_000));
  expect(body).toMatchObject({ received: 3_000, rejected: [] });
  const after = await service.query<{ events: number; blocks: number }>(
    'select sum(events)::int as events, count(*)::int as blocks from alert.event_blocks',
  );
  expect((after[0]?.events ?? 0) - (before[0]?.events ?? 0)).toBe(3_000);
  expect(after[0]?.blocks).toBeGreaterThan(4);
});
