import { expect, test } from 'vitest';
import { createEventIds } from './event-ids.ts';

test('a request that is sent again has the same events, and equal lines are as many events as there are lines', () => {
  const texts = ['{"a":1}', '{"a":1}', '{"b":1}', '{"a":1}'];
  const ids = texts.map(createEventIds());
  expect(new Set(ids).size).toBe(4);
  expect(texts.map(createEventIds())).toEqual(ids);
  expect(createEventIds()('{"b":1}')).toBe(ids[2]);
});
