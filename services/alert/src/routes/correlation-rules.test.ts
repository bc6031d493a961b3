import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { BacktestRule, TestRule } from '@soc/contracts/alert/rule-trials';
import { DeleteRule, GetRule } from '@soc/contracts/alert/rules';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { correlationText, importRules, processEvent, ruleText } from '../rules.fixture.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
  await importRules(service, ruleText({ id: 'r-step', title: 'Step', contains: 'step' }));
});
afterAll(() => service.close());

test('a correlation counts matches of a rule that was stored before; it makes one alert, the rule none', async () => {
  const outcome = await importRules(
    service,
    correlationText({ id: 'c-many', title: 'Many steps', counts: 'r-step', gte: 3 }),
  );
  expect(outcome).toMatchObject({ loaded: 1, refused: 0, documents: [{ id: 'c-many' }] });
  expect((await service.call(GetRule, { params: { id: 'c-many' } })).body.kind).toBe('correlation');
  const events = ['01', '02', '03'].map((second) =>
    processEvent(`step ${second}`, { at: `2026-03-01T08:00:${second}.000Z` }).replace(
      '08:00:00.000"',
      `08:00:${second}.000"`,
    ),
  );
  const answers = [];
  for (const event of events) answers.push((await service.call(IngestEvents, { body: event })).body);
  expect(answers.map(({ matched, alerts }) => [matched, alerts])).toEqual([
    [1, 0],
    [1, 0],
    [1, 1],
  ]);
  const { body } = await service.call(ListAlerts, { query: { source: 'sigma' } });
  expect(body.items.map(({ title, severity, ruleId }) => [title, severity, ruleId])).toEqual([
    ['Many steps', 'critical', 'c-many'],
  ]);
});

test('a rule that a correlation counts is not deleted, and a correlation is not tried on an event alone', async () => {
  const deleted = await service.call(DeleteRule, { params: { id: 'r-step' } });
  expect([deleted.status, deleted.problem?.code, deleted.problem?.detail]).toEqual([
    409,
    'rule.in_use',
    'counted by Many steps',
  ]);
  const many = { params: { id: 'c-many' } };
  const tested = await service.call(TestRule, { ...many, body: { events: [{}] } });
  const backtested = await service.call(BacktestRule, { ...many, body: {} });
  for (const { status, problem } of [tested, backtested]) {
    expect([status, problem?.code]).toEqual([422, 'rule.not_testable']);
  }
  expect((await service.call(DeleteRule, { params: { id: 'c-many' } })).status).toBe(204);
  expect((await service.call(DeleteRule, { params: { id: 'r-step' } })).status).toBe(204);
});

const filterText = `title: Not the scanner
id: f-scanner
description: The scanner steps all day
logsource:
  product: windows
  category: process_creation
filter:
  rules:
    - r-narrow
  selection:
    CommandLine|contains: scanner
  condition: not selection
`;

const verdictOf = async (commandLine: string): Promise<boolean | undefined> => {
  const events = [JSON.parse(processEvent(commandLine)) as Record<string, never>];
  const { body } = await service.call(TestRule, { params: { id: 'r-narrow' }, body: { events } });
  return body.verdicts[0]?.matched;
};

test('a filter narrows a rule that was stored before, also when that comes anew, until it is deleted', async () => {
  const rule = (title: string) => ruleText({ id: 'r-narrow', title, contains: 'narrow' });
  await importRules(service, rule('Narrow'));
  expect(await verdictOf('narrow scanner')).toBe(true);
  expect(await importRules(service, filterText)).toMatchObject({
    loaded: 1,
    documents: [{ id: 'f-scanner', outcome: 'loaded' }],
  });
  expect([await verdictOf('narrow scanner'), await verdictOf('narrow')]).toEqual([false, true]);
  expect(await importRules(service, filterText)).toMatchObject({ unchanged: 1 });
  expect(await importRules(service, rule('Narrow, better'))).toMatchObject({
    updated: 1,
    documents: [{ id: 'r-narrow' }],
  });
  expect(await verdictOf('narrow scanner')).toBe(false);
  expect((await service.call(DeleteRule, { params: { id: 'f-scanner' } })).status).toBe(204);
  expect(await verdictOf('narrow scanner')).toBe(true);
});
