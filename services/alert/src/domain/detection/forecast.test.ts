import { expect, test } from 'vitest';
import { forecast } from './forecast.ts';

const HOUR_MS = 3_600_000;
const start = Date.UTC(2026, 2, 1);
const at = (hours: number, identity = 'a') => ({ timeMs: start + hours * HOUR_MS, identity });
const day = start / (24 * HOUR_MS);

test('repetitions within the window of their first are one alert, in whatever order they are read', () => {
  const matches = [at(2.5), at(0), at(0.5, 'b'), at(0.9), at(1)];
  const span = { firstMs: start, lastMs: start + 24 * HOUR_MS };
  for (const order of [matches, matches.toReversed()]) {
    expect(forecast(order, new Map([[day, 100]]), span, HOUR_MS)).toEqual({
      alerts: 4,
      alertsPerDay: 4,
      days: [{ day: '2026-03-01', events: 100, matches: 5, alerts: 4 }],
    });
  }
});

test('the forecast is over the time the events span, a day at least', () => {
  const events = new Map([
    [day + 3, 5],
    [day, 5],
  ]);
  const four = forecast([at(0), at(72)], events, { firstMs: start, lastMs: start + 96 * HOUR_MS }, HOUR_MS);
  expect(four.alertsPerDay).toBe(0.5);
  expect(four.days.map(({ day: name, alerts }) => [name, alerts])).toEqual([
    ['2026-03-01', 1],
    ['2026-03-04', 1],
  ]);
  expect(
    forecast([at(0), at(2)], new Map([[day, 2]]), { firstMs: start, lastMs: start + HOUR_MS }, HOUR_MS).alertsPerDay,
  ).toBe(2);
});

test('no more than the latest 366 days are listed, and all are counted', () => {
  const events = new Map(Array.from({ length: 1_000 }, (_, index) => [day + index, 1] as const));
  const { days, alerts } = forecast(
    [at(0), at(24 * 999)],
    events,
    { firstMs: start, lastMs: start + 1_000 * 24 * HOUR_MS },
    HOUR_MS,
  );
  expect([days.length, days.at(-1)?.alerts, alerts]).toEqual([366, 1, 2]);
});

test('without events there is nothing to forecast', () => {
  expect(forecast([], new Map(), { firstMs: Infinity, lastMs: -Infinity }, HOUR_MS)).toEqual({
    alerts: 0,
    alertsPerDay: null,
    days: [],
  });
});
