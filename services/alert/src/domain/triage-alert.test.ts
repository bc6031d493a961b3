import { AlertStatus } from '@soc/contracts';
import { expect, test } from 'vitest';
import { anAlert } from './alert.fixture.ts';
import { giveVerdict, updateAlert } from './triage-alert.ts';

const AT = '2026-03-01T09:00:00.000Z';

test('an alert moves forward, and from closed back to investigating', () => {
  const allowed = AlertStatus.options.flatMap((from) =>
    AlertStatus.options
      .filter((to) => to !== from && updateAlert(anAlert(1, { status: from }), { status: to }, AT).ok)
      .map((to) => `${from} to ${to}`),
  );
  expect(allowed).toEqual([
    'new to triaged',
    'new to investigating',
    'new to closed',
    'triaged to investigating',
    'triaged to closed',
    'investigating to closed',
    'closed to investigating',
  ]);
});

test('the first step from new is when it was triaged, however often it moves', () => {
  const first = updateAlert(anAlert(1), { status: 'investigating' }, AT);
  const later = first.ok && giveVerdict(first.alert, { verdict: 'false_positive' }, '2026-03-01T10:00:00.000Z');
  expect(later && later.ok && later.alert).toMatchObject({ triagedAt: AT, closedAt: '2026-03-01T10:00:00.000Z' });
});

test('one closed without a verdict is undetermined', () => {
  const decision = updateAlert(anAlert(1), { status: 'closed' }, AT);
  expect(decision).toMatchObject({ ok: true, alert: { verdict: 'undetermined' } });
});

test('raising the severity to critical while closing needs the note as well', () => {
  const body = { status: 'closed' as const, severity: 'critical' as const };
  expect(updateAlert(anAlert(1), body, AT)).toEqual({ ok: false, refusal: 'note_required' });
  expect(updateAlert(anAlert(1), { ...body, note: 'seen by two' }, AT)).toMatchObject({ ok: true });
});
