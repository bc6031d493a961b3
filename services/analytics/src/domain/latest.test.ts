import { expect, test } from 'vitest';
import { latestOfEach } from './latest.ts';

test('the highest version of each fact is kept, whatever the order of arrival', () => {
  const facts = [
    { id: 'b', version: 1 },
    { id: 'a', version: 3 },
    { id: 'a', version: 2 },
  ];
  expect(latestOfEach(facts)).toEqual([
    { id: 'a', version: 3 },
    { id: 'b', version: 1 },
  ]);
});
