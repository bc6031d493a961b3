import { expect, test } from 'vitest';
import { ejectionMs, mayEject, outlierReason, shareAfter } from './outlier.ts';

const settings = {
  consecutiveFaults: 5,
  errorPercent: 30,
  volume: 20,
  ejectMs: 5_000,
  maxPercent: 50,
  slowReturnMs: 10_000,
};

test.each([
  [{ consecutiveFaults: 4, requests: 4, faults: 4 }, undefined],
  [{ consecutiveFaults: 5, requests: 5, faults: 5 }, 'consecutive_faults'],
  [{ consecutiveFaults: 1, requests: 19, faults: 19 }, undefined],
  [{ consecutiveFaults: 1, requests: 20, faults: 6 }, undefined],
  [{ consecutiveFaults: 1, requests: 20, faults: 7 }, 'error_share'],
  [{ consecutiveFaults: 0, requests: 0, faults: 0 }, undefined],
])('%j is an outlier: %s', (record, reason) => {
  expect(outlierReason(record, settings)).toBe(reason);
});

test('at most the share is ejected, though one always may be', () => {
  const allowed = (instances: number, ejected: number) =>
    mayEject({ instances, ejected, otherServing: instances - ejected - 1 }, settings);
  expect([allowed(2, 0), allowed(2, 1)]).toEqual([true, false]);
  expect([allowed(3, 0), allowed(3, 1)]).toEqual([true, false]);
  expect([allowed(4, 1), allowed(4, 2)]).toEqual([true, false]);
});

test('the last one that serves is never ejected', () => {
  expect(mayEject({ instances: 1, ejected: 0, otherServing: 0 }, settings)).toBe(false);
  expect(mayEject({ instances: 10, ejected: 0, otherServing: 0 }, { maxPercent: 100 })).toBe(false);
});

test('each ejection in a row lasts twice as long as the one before, up to a minute', () => {
  expect([1, 2, 3, 4, 5, 50].map((times) => ejectionMs(times, settings))).toEqual([
    5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
  ]);
});

test('who comes back starts with a tenth and has all of its part in the end', () => {
  expect([0, 500, 5_000, 9_999, 10_000].map((sinceMs) => shareAfter(sinceMs, settings))).toEqual([
    0.1, 0.1, 0.5, 0.9999, 1,
  ]);
  expect(shareAfter(0, { slowReturnMs: 0 })).toBe(1);
});
