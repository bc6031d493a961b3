import { AlertCreated } from '@soc/contracts';
import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { GetRawPayload, ListAlerts } from '@soc/contracts/alert/queries';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules } from '../rules.fixture.ts';

const RULES = `
title: Failed logon
id: 53ba33fd-3a50-4468-a5ef-c583635cfa92
name: failed_logon
logsource: { product: windows, service: security }
detection:
  selection: { EventID: 4625 }
  condition: selection
level: low
---
title: Successful logon
id: 4d0a2c83-c62c-4ed4-b475-c7e23a9269b8
name: successful_logon
logsource: { product: windows, service: security }
detection:
  selection: { EventID: 4624 }
  condition: selection
level: informational
---
title: Many failed logons
id: a8418a5a-5fc4-46b5-b23b-6c73beb19d41
name: many_failed
correlation:
  type: event_count
  rules: [failed_logon]
  group-by: [TargetUserName]
  timespan: 10m
  condition: { gte: 10 }
---
title: Many failed logons, then one that succeeds
id: b180ead8-d58f-40b2-ae54-c8940995b9b6
tags: [attack.credential-access, attack.t1110]
correlation:
  type: temporal_ordered
  rules: [many_failed, successful_logon]
  group-by: [TargetUserName]
  timespan: 10m
level: high
---
title: Two successful logons and no more
id: 5d0a2c83-c62c-4ed4-b475-c7e23a9269b8
correlation:
  type: event_count
  rules: [successful_logon]
  group-by: [TargetUserName, LogonType]
  timespan: 10m
  condition: { eq: 2 }
level: medium
`;

let one: TestService;
let two: TestService;
beforeAll(async () => {
  one = await startTestService(alertService);
  await importRules(one, RULES);
  two = await startTestService(alertService, { env: { ...one.env, PORT: '0', INSTANCE_ID: 'alert-second' } });
});
afterAll(async () => {
  await two.close({ keepData: true });
  await one.close();
});

const T0 = Date.parse('2026-03-01T08:00:00Z');
const logon = (eventId: number, second: number, user: string, more: object = {}): string =>
  JSON.stringify({
    EventID: eventId,
    Channel: 'Security',
    Computer: 'dc-01.corp.example',
    EventRecordID: second,
    TimeCreated: new Date(T0 + second * 1_000).toISOString(),
    TargetUserName: user,
    IpAddress: '203.0.113.7',
    ...more,
  });
const failed = (user: string) => Array.from({ length: 10 }, (_, index) => logon(4625, index, user));

const send = async (service: TestService, lines: readonly string[]) =>
  (await service.call(IngestEvents, { body: lines.join('\n') })).body;
const alertsOf = async (user: string) =>
  (await one.call(ListAlerts, { query: { q: user, source: 'sigma' } })).body.items;

test('events that reach two replicas out of order and twice are one alert, and what they are counted by is none', async () => {
  const lines = failed('ann');
  await Promise.all([
    send(one, [logon(4624, 30, 'ann'), ...lines.slice(0, 4)]),
    send(two, lines.slice(3, 8)),
    send(one, lines.slice(7)),
  ]);
  await send(two, lines);
  const alerts = await alertsOf('ann');
  expect(alerts).toMatchObject([
    {
      title: 'Many failed logons, then one that succeeds',
      severity: 'high',
      techniques: ['T1110'],
      occurrences: 1,
      occurredAt: '2026-03-01T08:00:30.000Z',
      observables: expect.arrayContaining([expect.objectContaining({ type: 'user', value: 'ann' })]),
    },
  ]);
  const id = alerts[0]?.id ?? '';
  const { payload } = (await one.call(GetRawPayload, { params: { id } })).body;
  expect(JSON.parse(payload)).toMatchObject({
    group: { TargetUserName: 'ann' },
    correlation: { type: 'temporal_ordered' },
  });
  await one.published(AlertCreated, { where: ({ data }) => data.alert.id === id });
});

test('the alert is counted in the answer to the request that completed it, and names whom its last event names', async () => {
  const answer = await send(one, [...failed('bob'), logon(4624, 30, 'bob')]);
  expect(answer).toEqual({ received: 11, matched: 11, alerts: 1, deduplicated: 0, rejected: [] });
  const [alert] = await alertsOf('bob');
  expect(alert?.observables.map(({ value }) => value)).toEqual(
    expect.arrayContaining(['bob', '203.0.113.7', 'dc-01.corp.example']),
  );
  const { payload } = (await one.call(GetRawPayload, { params: { id: alert?.id ?? '' } })).body;
  expect(JSON.parse(payload)).toMatchObject({ latest: [{ EventID: 4624, TargetUserName: 'bob' }] });
});

test('an event nested deeper than a stack reaches completes an alert, and is shown as it came', async () => {
  const nested = `${'['.repeat(6_000)}${']'.repeat(6_000)}`;
  const last = logon(4624, 30, 'gus').replace(/}$/, `,"nested":${nested}}`);
  expect(await send(one, [...failed('gus'), last])).toMatchObject({ received: 11, alerts: 1, rejected: [] });
  const [alert] = await alertsOf('gus');
  const { payload } = (await one.call(GetRawPayload, { params: { id: alert?.id ?? '' } })).body;
  expect(payload).toContain(last);
});

test('an event dated before our era counts at its arrival, for rules that fire at once and for those that wait', async () => {
  const env = { ...one.env, PORT: '0', INSTANCE_ID: 'alert-dated', SIGMA_LATENESS_S: '1' };
  const hasty = await startTestService(alertService, { env });
  onTestFinished(() => hasty.close({ keepData: true }));
  const startedMs = Date.now();
  const sent = [
    ...Array.from({ length: 10 }, (_, index) => ({ eventId: 4625, second: index, LogonType: 2 })),
    ...[20, 21].map((second) => ({ eventId: 4624, second, LogonType: 3 })),
  ];
  const lines = sent.map(({ eventId, second, LogonType }) =>
    logon(eventId, second, 'hal', { LogonType, TimeCreated: `-0000${44 + (second % 2)}-04-20T00:00:00.000Z` }),
  );
  for (const part of [lines.slice(0, 10), lines.slice(10)]) {
    expect(await send(hasty, part)).toMatchObject({ received: part.length, rejected: [] });
  }
  const alerts = await waitFor(async () => {
    const found = await alertsOf('hal');
    return found.length === 2 && found;
  });
  for (const { occurredAt } of alerts) expect(Date.parse(occurredAt)).toBeGreaterThanOrEqual(startedMs);
});

test('one failed logon less, or a success of somebody else, is no alert', async () => {
  await send(one, [...failed('cid').slice(1), logon(4624, 30, 'cid')]);
  await send(two, [...failed('dan'), logon(4624, 30, 'eve')]);
  expect([await alertsOf('cid'), await alertsOf('dan'), await alertsOf('eve')]).toEqual([[], [], []]);
});

test('a rule that waits is judged in time, though nothing more comes', async () => {
  const env = { ...one.env, PORT: '0', INSTANCE_ID: 'alert-third', SIGMA_LATENESS_S: '1' };
  const hasty = await startTestService(alertService, { env });
  onTestFinished(() => hasty.close({ keepData: true }));
  const logons = [1, 2].map((second) => logon(4624, second, 'fay', { LogonType: 3 }));
  expect(await send(hasty, logons)).toMatchObject({ matched: 2, alerts: 0 });
  const [alert] = await waitFor(async () => {
    const alerts = await alertsOf('fay');
    return alerts.length > 0 && alerts;
  });
  expect(alert).toMatchObject({ title: 'Two successful logons and no more', severity: 'medium' });
});

test('who sent them is remembered, so that their silence is noticed', async () => {
  const rows = await one.query('select source from alert.event_sources');
  expect(rows).toEqual([{ source: 'an unnamed source' }]);
});
