import { describe, expect, test } from 'vitest';
import { acceptances, type Arrival, firstArrivals, planIngest } from './deduplicate.ts';
import type { NormalisedAlert } from './normalise/normalised-alert.ts';

const alert = (given: Partial<NormalisedAlert> = {}): NormalisedAlert => ({
  title: 'Alert',
  description: null,
  severity: 'low',
  source: 'test',
  ruleId: null,
  ruleName: null,
  externalId: null,
  observables: [],
  tactics: [],
  techniques: [],
  tags: [],
  occurredAt: '2026-03-01T08:00:00.000Z',
  resolved: false,
  fingerprintParts: ['Alert'],
  ...given,
});

const arrival = (id: string, fingerprint: string, given: Partial<NormalisedAlert> = {}): Arrival => ({
  id,
  tenantId: 'default',
  fingerprint,
  suppressedBy: null,
  windowS: 3_600,
  alert: alert(given),
});

const claims = (owners: Readonly<Record<string, string>>, hasHappened = true) =>
  Object.entries(owners).map(([name, alertId]) => ({
    tenantId: 'default',
    name,
    alertId,
    hasHappened,
    nearDistance: null,
  }));

const AT = '2026-03-01T09:00:00.000Z';
const LATER = '2026-03-01T08:30:00.000Z';

describe('planIngest', () => {
  test('an arrival whose fingerprint is its own is new, others repeat the alert that stands for theirs', () => {
    const plan = planIngest(
      [arrival('a', 'x'), arrival('b', 'y', { occurredAt: LATER })],
      claims({ x: 'a', y: 'old' }),
      AT,
    );
    expect(plan.created).toEqual([expect.objectContaining({ id: 'a', occurrences: 1, receivedAt: AT, version: 1 })]);
    expect(plan.repeated).toEqual([
      { alertId: 'old', count: 1, lastSeenAt: LATER, course: { firedAt: LATER, overAt: null } },
    ]);
  });

  test('the same alert within one batch is one alert that was seen as often', () => {
    const arrivals = [arrival('a', 'x', { occurredAt: LATER }), arrival('b', 'x'), arrival('c', 'x')];
    const plan = planIngest(arrivals, claims({ x: 'a' }), AT);
    expect(plan.created).toEqual([expect.objectContaining({ id: 'a', occurrences: 3, lastSeenAt: LATER })]);
    expect(plan.repeated).toEqual([]);
    expect(
      acceptances(plan.placements, plan.created).map(({ occurrences, deduplicated }) => [occurrences, deduplicated]),
    ).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
  });

  test('repetitions count up from what is stored', () => {
    const plan = planIngest([arrival('a', 'x'), arrival('b', 'x')], claims({ x: 'old' }), AT);
    const [created] = planIngest([arrival('old', 'x')], claims({ x: 'old' }), AT).created;
    const stored = created ? [{ ...created, occurrences: 7, status: 'triaged' as const }] : [];
    expect(acceptances(plan.placements, stored)).toEqual([
      { id: 'old', status: 'triaged', fingerprint: 'x', occurrences: 6, deduplicated: true },
      { id: 'old', status: 'triaged', fingerprint: 'x', occurrences: 7, deduplicated: true },
    ]);
  });

  test('the news that something is over is no occurrence', () => {
    const over = arrival('b', 'x', { resolved: true, occurredAt: LATER });
    const plan = planIngest([over], claims({ x: 'old' }), AT);
    expect(plan.repeated).toEqual([
      { alertId: 'old', count: 0, lastSeenAt: LATER, course: { firedAt: null, overAt: LATER } },
    ]);
    const together = planIngest([arrival('a', 'x'), over], claims({ x: 'a' }), AT);
    expect(acceptances(together.placements, together.created).map(({ occurrences }) => occurrences)).toEqual([1, 1]);
  });

  test('the news that a near-duplicate is over does not resolve the alert that stands for it', () => {
    const over = arrival('b', 'sda2', { resolved: true, occurredAt: LATER });
    const near = claims({ sda2: 'sda1-alert' }).map((claim) => ({ ...claim, nearDistance: 2 }));
    expect(planIngest([over], near, AT).repeated).toEqual([
      { alertId: 'sda1-alert', count: 0, lastSeenAt: LATER, course: { firedAt: null, overAt: null } },
    ]);
  });

  test('where the news that it is over is all there is, it counts like any other', () => {
    const over = (id: string) => arrival(id, 'x', { resolved: true });
    const plan = planIngest([over('a'), over('b')], claims({ x: 'a' }, false), AT);
    expect(plan.created).toEqual([expect.objectContaining({ id: 'a', occurrences: 2 })]);
    expect(acceptances(plan.placements, plan.created).map(({ occurrences }) => occurrences)).toEqual([1, 2]);
  });

  test('tenants do not share fingerprints', () => {
    const theirs = { ...arrival('b', 'x'), tenantId: 'other' };
    const plan = planIngest(
      [arrival('a', 'x'), theirs],
      [...claims({ x: 'a' }), { tenantId: 'other', name: 'x', alertId: 'b', hasHappened: true, nearDistance: null }],
      AT,
    );
    expect(plan.created.map(({ id, tenantId }) => [id, tenantId])).toEqual([
      ['a', 'default'],
      ['b', 'other'],
    ]);
  });
});

test('of the arrivals with one fingerprint the first stands for it, or the first that is not over', () => {
  const arrivals = [arrival('a', 'x', { resolved: true }), arrival('b', 'x'), arrival('c', 'x'), arrival('d', 'y')];
  expect(firstArrivals(arrivals).map(({ id }) => id)).toEqual(['b', 'd']);
});
