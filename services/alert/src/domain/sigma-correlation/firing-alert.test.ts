import { expect, test } from 'vitest';
import { aCorrelation } from '../../correlation-replica.fixture.ts';
import { alertOfFiring, payloadOfFiring } from './firing-alert.ts';

const at = Date.parse('2026-03-01T08:05:00Z');
const firing = {
  rule: aCorrelation({ groupBy: ['TargetUserName', 'IpAddress', 'ComputerName', 'LogonType'] }),
  group: { key: '[["ann"],["10.0.0.9"],["ws1"],["3"]]', values: ['CORP\\ann', '10.0.0.9', 'WS1', '3'] },
  span: 7,
  at,
  measured: 3,
  events: 3,
  eventIds: ['e1', 'e2', 'e3'],
};

test('a firing is an alert with the severity and techniques of its rule, about whom its group names, at its event time', () => {
  const alert = alertOfFiring(firing, new Date());
  expect(alert).toMatchObject({
    title: 'Many failed logins',
    severity: 'high',
    source: 'sigma',
    ruleId: 'many',
    techniques: ['T1110'],
    tactics: ['credential-access'],
    occurredAt: '2026-03-01T08:05:00.000Z',
    resolved: false,
  });
  expect(alert?.observables).toMatchObject([
    { type: 'user', value: 'ann' },
    { type: 'ip', value: '10.0.0.9', role: 'source' },
    { type: 'host', value: 'ws1' },
  ]);
  expect(alert?.description).toContain('event_count: 3 in 3 events within 10 min');
});

test('the next firing of the same group is the same alert, one of another group is not', () => {
  const partsOf = (given: object) => alertOfFiring({ ...firing, ...given }, new Date())?.fingerprintParts;
  expect(partsOf({ span: 8, at: at + 600_000 })).toEqual(partsOf({}));
  expect(partsOf({ group: { key: '[["bob"]]', values: ['bob'] } })).not.toEqual(partsOf({}));
});

test('an alert is about whom its last event names as well, whoever that is', () => {
  const last = JSON.stringify({ Channel: 'Security', EventID: 4624, Computer: 'dc-7', IpAddress: '198.51.100.4' });
  const alert = alertOfFiring(firing, new Date(), last);
  expect(alert?.observables.map(({ value }) => value)).toEqual(expect.arrayContaining(['ann', 'dc-7', '198.51.100.4']));
  expect(alert?.fingerprintParts).toEqual(alertOfFiring(firing, new Date())?.fingerprintParts);
});

test('its payload names the events, and has those at hand', () => {
  expect(JSON.parse(payloadOfFiring(firing, ['{"a":1}']))).toMatchObject({
    latest: [{ a: 1 }],
    eventIds: ['e1', 'e2', 'e3'],
    group: { TargetUserName: 'CORP\\ann', LogonType: '3' },
    window: { from: '2026-03-01T07:55:00.000Z', to: '2026-03-01T08:05:00.000Z' },
  });
});
