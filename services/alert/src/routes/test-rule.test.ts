import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { BacktestRule, TestRule } from '@soc/contracts/alert/rule-trials';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules, processEvent, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
  await importRules(service, ruleText({ id: 'r-1', title: 'Tested', contains: 'sekurlsa' }), { enabled: false });
});
afterAll(() => service.close());

const parsed = (text: string) => JSON.parse(text) as Record<string, never>;

test('a rule that is not enabled is tried on pasted events, and each verdict is explained', async () => {
  const events = [processEvent('sekurlsa::x'), processEvent('whoami'), '{"kind":"of nothing"}'].map(parsed);
  const answer = await service.call(TestRule, { params: { id: 'r-1' }, body: { events } });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    {
      matched: 1,
      verdicts: [
        { index: 0, outcome: 'matched', findings: [{ search: 'selection', why: 'passed', actual: ['sekurlsa::x'] }] },
        {
          index: 1,
          outcome: 'not_matched',
          findings: [{ field: 'CommandLine', expected: 'sekurlsa', actual: ['whoami'], why: 'different' }],
        },
        { index: 2, outcome: 'other_log_source', missing: ['product: windows', 'category: process_creation'] },
      ],
    },
  ]);
  expect((await service.call(ListAlerts)).body.items).toEqual([]);
});

test('a backtest reads the stored events and forecasts alerts a day before the rule is enabled', async () => {
  const days = ['2026-03-01T08:00:00.000Z', '2026-03-01T08:10:00.000Z', '2026-03-04T20:00:00.000Z'];
  const hits = days.map((at) =>
    processEvent('sekurlsa', { at }).replace('2026-03-01 08:00:00.000', at.replace('T', ' ').replace('Z', '')),
  );
  for (const event of [...hits, processEvent('whoami')]) await service.call(IngestEvents, { body: event });
  const answer = await service.call(BacktestRule, { params: { id: 'r-1' }, body: {} });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    { events: 4, matches: 3, alerts: 2, alertsPerDay: 0.57, truncated: false, from: days[0], to: days[2] },
  ]);
  expect(answer.body.days).toEqual([
    { day: '2026-03-01', events: 3, matches: 2, alerts: 1 },
    { day: '2026-03-04', events: 1, matches: 1, alerts: 1 },
  ]);
  expect(answer.body.samples[0]?.event).toContain('sekurlsa');
  const bounded = await service.call(BacktestRule, { params: { id: 'r-1' }, body: { maxEvents: 2 } });
  expect(bounded.body).toMatchObject({ events: 2, truncated: true });
  const later = await service.call(BacktestRule, { params: { id: 'r-1' }, body: { from: '2099-01-01T00:00:00.000Z' } });
  expect(later.body).toMatchObject({ events: 0, alertsPerDay: null, days: [] });
  expect((await service.call(ListAlerts)).body.items).toEqual([]);
});

test('a backtest counts an event with an impossible date at its arrival', async () => {
  await importRules(service, ruleText({ id: 'r-dated', title: 'Dated', contains: 'dated' }), { enabled: false });
  for (const date of ['-000044-04-20', '+275760-01-01', '-271821-04-20']) {
    const event = processEvent('dated').replaceAll(/2026-03-01[T ]08:00:00\.000Z?/g, `${date}T00:00:00.000Z`);
    await service.call(IngestEvents, { body: event });
  }
  const today = new Date().toISOString().slice(0, 10);
  const { status, body } = await service.call(BacktestRule, { params: { id: 'r-dated' }, body: {} });
  expect([status, body.matches]).toEqual([200, 3]);
  expect(body.days.every(({ day }) => day <= today)).toBe(true);
  expect(body.days.reduce((sum, { matches }) => sum + matches, 0)).toBe(3);
});

test('another tenant backtests over its own events only', async () => {
  const token = service.tokens.otherTenantAdmin;
  await importRules(service, ruleText({ id: 'r-1', title: 'Theirs', contains: 'sekurlsa' }), { token });
  const answer = await service.call(BacktestRule, { params: { id: 'r-1' }, body: {}, token });
  expect(answer.body).toMatchObject({ events: 0, matches: 0 });
});

test('a rule that is not there is not tried', async () => {
  const params = { id: 'r-none' };
  const tested = await service.call(TestRule, { params, body: { events: [{}] } });
  const backtested = await service.call(BacktestRule, { params, body: {} });
  expect([tested, backtested].map(({ status, problem }) => [status, problem?.code])).toEqual([
    [404, 'rule.not_found'],
    [404, 'rule.not_found'],
  ]);
});

test('a rule that no engine runs, such as one with a look-around, is refused with the reason when it is imported', async () => {
  const text = ruleText({ id: 'r-look', title: 'Looks around' }).replace(
    `CommandLine|contains: 'mimikatz'`,
    `CommandLine|re: '(?<=a)b'`,
  );
  const { loaded, refused, documents } = await importRules(service, text);
  expect([loaded, refused]).toEqual([0, 1]);
  expect(documents[0]).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('(?<=a)b') });
});
