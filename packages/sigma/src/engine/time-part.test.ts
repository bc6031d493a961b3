import { describe, expect, it } from 'vitest';
import { parseEventTime } from '../events/event-time.ts';
import type { FieldValue } from '../event-view.ts';
import type { TimePart } from '../expression.ts';
import { createEngine } from './engine.ts';
import { detecting, eventWith } from './small-rules.fixture.ts';
import { partOf, writtenTimeOf } from './time-part.ts';

const partsOf = (value: FieldValue): Record<TimePart, number> | undefined => {
  const time = writtenTimeOf(value);
  if (time === undefined) return undefined;
  const part = (name: TimePart): number => partOf(time, name);
  return {
    minute: part('minute'),
    hour: part('hour'),
    day: part('day'),
    week: part('week'),
    month: part('month'),
    year: part('year'),
  };
};

const matches = (line: string, value: FieldValue): boolean =>
  createEngine([detecting(line)]).match(eventWith({ f: value })).length > 0;

it('a part of a time is as it is written: no zone is converted to another', () => {
  for (const zone of ['+02:00', '-0600', '+02', 'Z', ' UTC', ' +0530', '']) {
    expect(matches('f|hour: 21', `2026-11-26T21:00:00${zone}`)).toBe(true);
    expect(matches('f|day: 26', `2026-11-26 23:59:59.123456789${zone}`)).toBe(true);
  }
  expect(matches('f|hour|gte: 20', '2026-11-26T21:00:00+02:00')).toBe(true);
  expect(matches('f|hour|lt: 20', '2026-11-26T21:00:00+02:00')).toBe(false);
});

const [at, all] = [Date.UTC(2024, 2, 5, 10, 20, 30), { minute: 20, hour: 10, day: 5, week: 10, month: 3, year: 2024 }];

describe.each<FieldValue>([
  '2024-03-05T10:20:30Z',
  '2024-03-05 10:20:30.5',
  '2024-03-05T10:20:30,123Z',
  '05/Mar/2024:10:20:30 +0000',
  'Tue, 05 Mar 2024 10:20:30 GMT',
  '3/5/2024 10:20:30 AM',
  at,
  at / 1000,
  at * 1000,
  at * 1_000_000,
  String(at),
  String(at / 1000),
  `${at}000`,
  `${at / 1000}.25`,
])('%s', (value) => {
  it('has all parts', () => {
    expect(partsOf(value)).toEqual(all);
  });

  it('is the same time for an event as for a rule', () => {
    // But for the comma, which no event is known to have in its own time.
    const comparable = typeof value === 'string' && value.includes(',1') ? value.replace(',', '.') : value;
    expect(Math.trunc((parseEventTime(comparable) ?? 0) / 1000)).toBe(at / 1000);
  });
});

it.each<[string, number]>([
  ['2021-01-03', 53],
  ['2021-01-04', 1],
  ['2020-12-31', 53],
  ['2018-12-31', 1],
  ['2024-12-29', 52],
  ['2023-01-01', 52],
])('the week of %s is %i by ISO 8601', (day, week) => {
  expect(partsOf(day)?.week).toBe(week);
  expect(matches(`f|week: ${week}`, day)).toBe(true);
});

it('the last of each part is reached, and the first', () => {
  expect(partsOf('2024-12-31T23:59:00+14:00')).toMatchObject({ minute: 59, hour: 23, day: 31, month: 12, year: 2024 });
  expect(partsOf('2024-01-01T00:00:00-12:00')).toMatchObject({ minute: 0, hour: 0, day: 1, month: 1, year: 2024 });
});

it.each<FieldValue>([
  0,
  4688,
  -1e9,
  Number.NaN,
  1e300,
  true,
  null,
  '',
  '4688',
  '20240305102030',
  'Windows 10 2024',
  'Version 10.0.2024',
  '03-05-2024',
  '2024-13-45T99:99:99Z',
  '10:20:30',
  '2024-03-05T10:20:30Z2024-03-05T10:20:30Z',
])('%s is no time', (value) => {
  expect(writtenTimeOf(value)).toBeUndefined();
});
