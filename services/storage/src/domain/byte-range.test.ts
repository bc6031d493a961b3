import { expect, test } from 'vitest';
import { rangeOf } from './byte-range.ts';

test.each([
  [undefined, { is: 'whole' }],
  ['bytes=0-0', { is: 'part', range: { first: 0, last: 0 } }],
  ['bytes=5-', { is: 'part', range: { first: 5, last: 9 } }],
  ['bytes=5-100', { is: 'part', range: { first: 5, last: 9 } }],
  ['bytes=-4', { is: 'part', range: { first: 6, last: 9 } }],
  ['bytes=-100', { is: 'part', range: { first: 0, last: 9 } }],
  ['bytes=10-', { is: 'unsatisfiable' }],
  ['bytes=-0', { is: 'unsatisfiable' }],
  ['bytes=4-2', { is: 'whole' }],
  ['bytes=0-1,3-4', { is: 'whole' }],
  ['bytes=-', { is: 'whole' }],
  ['lines=1-2', { is: 'whole' }],
  ['bytes=99999999999999999999-', { is: 'whole' }],
])('%s of ten bytes', (header, decision) => {
  expect(rangeOf(header, 10)).toEqual(decision);
});

test('nothing can be given of what is empty', () => {
  expect(rangeOf('bytes=0-', 0)).toEqual({ is: 'unsatisfiable' });
});
