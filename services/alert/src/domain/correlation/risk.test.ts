import { Severity } from '@soc/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAlert, host, ip, user } from '../alert.fixture.ts';
import { addLogs, pointsOf, riskAt, risksOf } from './risk.ts';

const DAY_S = 86_400;
const START_MS = Date.UTC(2026, 0, 1);

test('risk adds up and fades by half each day', () => {
  const observables = [host('ws1')];
  const [risk] = risksOf([
    anAlert(1, { second: 0, severity: 'critical', observables }),
    anAlert(2, { second: DAY_S, severity: 'high', observables }),
  ]);
  expect(risk).toMatchObject({ value: 'ws1', alertCount: 2, lastAt: '2026-01-02T00:00:00.000Z' });
  expect(riskAt(risk?.logRisk ?? 0, START_MS + DAY_S * 1_000)).toBeCloseTo(80 / 2 + 40);
  expect(riskAt(risk?.logRisk ?? 0, START_MS + 8 * DAY_S * 1_000)).toBeCloseTo(80 / 256 + 40 / 128);
});

test('an alert dated ahead of its arrival counts from its arrival', () => {
  const ahead = { occurredAt: '2099-01-01T00:00:00.000Z', receivedAt: '2026-01-01T00:00:00.000Z' };
  const [risk] = risksOf([anAlert(1, { ...ahead, severity: 'high', observables: [host('ws1')] })]);
  expect(risk?.lastAt).toBe('2026-01-01T00:00:00.000Z');
  expect(riskAt(risk?.logRisk ?? 0, START_MS)).toBeCloseTo(40);
});

test('who or what somebody looks after is at risk; files and names of every machine are not', () => {
  const observables = [host('ws1'), user('SYSTEM'), user('eve'), ip('127.0.0.1'), ip('203.0.113.7')];
  const alert = anAlert(1, { observables: [...observables, { type: 'md5', value: 'a'.repeat(32) }] });
  expect(
    risksOf([alert])
      .map(({ value }) => value)
      .toSorted(),
  ).toEqual(['203.0.113.7', 'eve', 'ws1']);
});

test('the sum is that of the plain formula, whatever the order and the batches', () => {
  const some = fc.array(fc.record({ second: fc.nat(20 * DAY_S), severity: fc.constantFrom(...Severity.options) }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(some, fc.nat(30), (given, cut) => {
      const alerts = given.map((one, index) => anAlert(index, { ...one, observables: [host('ws1')] }));
      const at = START_MS + 20 * DAY_S * 1_000;
      const plain = given.reduce(
        (sum, { second, severity }) =>
          sum + pointsOf(severity) * 2 ** ((second * 1_000 - (at - START_MS)) / (DAY_S * 1_000)),
        0,
      );
      const logOf = (part: typeof alerts) => risksOf(part)[0]?.logRisk ?? -Infinity;
      const parts = [alerts.slice(cut), alerts.slice(0, cut)].filter(({ length }) => length > 0).map(logOf);
      const halves = parts.reduce(addLogs);
      for (const logRisk of [logOf(alerts), logOf(alerts.toReversed()), halves]) {
        expect(riskAt(logRisk, at) / plain).toBeCloseTo(1, 9);
      }
    }),
  );
});
