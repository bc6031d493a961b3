import { expect, test } from 'vitest';
import { eventIdsOf } from './event-ids.ts';

test('a request that is sent again has the same events, and equal lines are as many events as there are lines', () => {
  const ids = eventIdsOf(['{"a":1}', '{"a":1}', '{"b":1}', '{"a":1}']);
  expect(new Set(ids).size).toBe(4);
  expect(eventIdsOf(['{"a":1}', '{"a":1}', '{"b":1}', '{"a":1}'])).toEqual(ids);
  expect(eventIdsOf(['{"b":1}'])).toEqual([ids[2]]);
});
