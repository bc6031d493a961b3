import { uuidv7 } from '@soc/contracts';
import { expect, test } from 'vitest';
import { type Generation, madeAtMs, targetsOf } from './generation.ts';

const generation = (indexName: string, fromMs: number, state: Generation['state'] = 'live'): Generation => ({
  indexName,
  kind: 'alert',
  fromMs,
  mapping: 'one',
  state,
  copyTask: null,
  indexUuid: null,
});
const first = generation('first', 0);
const second = generation('second', 2_000);
const names = (generations: readonly Generation[], atMs: number): readonly string[] =>
  targetsOf(generations, { kind: 'alert', id: uuidv7(atMs) }).map(({ indexName }) => indexName);

test('a document stays where its id was made, whatever indices come after', () => {
  expect(names([second, first], 1_999)).toEqual(['first']);
  expect(names([second, first], 2_000)).toEqual(['second']);
  expect(names([generation('third', 9_000), second, first], 2_000)).toEqual(['second']);
});

test('what is built in the place of an index is written beside it, what is retired no more', () => {
  const building = generation('first-2', 0, 'building');
  expect(names([first, building, second], 5)).toEqual(['first', 'first-2']);
  expect(names([generation('first', 0, 'retired'), generation('first-2', 0), second], 5)).toEqual(['first-2']);
});

test('an id that tells no time belongs to the first index for ever', () => {
  expect(madeAtMs('f47ac10b-58cc-4372-a567-0e02b2c3d479')).toBe(0);
  expect(madeAtMs(uuidv7(1_234))).toBe(1_234);
});
