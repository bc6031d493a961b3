import { expect, test } from 'vitest';
import { anAlert } from '../alert.fixture.ts';
import { createCoverage } from './coverage.ts';

const at = (second: number): string => anAlert(1, { second }).occurredAt;

test('of a span only the parts that no other covers are left', () => {
  const coverage = createCoverage();
  const span = (from: number, to: number, key = 'ws5') => ({ key, from: at(from), to: at(to) });
  coverage.add([span(40, 60), span(10, 20)]);
  coverage.add([span(15, 30), span(0, 100, 'ws6')]);
  expect(coverage.gapsIn([span(0, 100)])).toEqual([span(0, 10), span(30, 40), span(60, 100)]);
  expect(coverage.gapsIn([span(45, 55), span(12, 30), span(10, 10)])).toEqual([]);
  expect(coverage.gapsIn([span(61, 70), span(0, 5, 'ws7')])).toEqual([span(61, 70), span(0, 5, 'ws7')]);
});
