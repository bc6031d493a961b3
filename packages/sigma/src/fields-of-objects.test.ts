import { expect, it } from 'vitest';
import { createEngine, readRules, viewEvent } from './index.ts';
import type { JsonObject } from './events/event-fields.ts';

const matches = (detection: string, event: JsonObject): boolean => {
  const text = `title: T\nlogsource: {product: x}\ndetection:\n  s: {${detection}}\n  condition: s\n`;
  const { rules, refusals } = readRules([{ file: 'rule.yml', text }]);
  expect(refusals).toEqual([]);
  return (
    createEngine(rules.filter((rule) => rule.kind === 'detection')).match(viewEvent(event, 'product=x')).length > 0
  );
};

const name = 'userIdentity.sessionContext';

it.each<[string, unknown]>([
  ['an object', { attributes: { mfaAuthenticated: 'false' } }],
  ['a list of objects', [{ a: 1 }, { a: 2 }]],
  ['objects beside a value', [{ a: 1 }, 'b']],
])('a field that holds %s is there and is not null', (_what, sessionContext) => {
  const event = { userIdentity: { sessionContext } };
  expect(matches(`${name}|exists: true`, event)).toBe(true);
  expect(matches(`${name}|exists: false`, event)).toBe(false);
  expect(matches(`${name}: null`, event)).toBe(false);
});

it('a field that holds an object has no value that a rule may ask for', () => {
  const event = { userIdentity: { sessionContext: { a: 1 } } };
  for (const test of [`${name}: ''`, `${name}: '*'`, `${name}|contains: a`]) expect(matches(test, event)).toBe(false);
  expect(matches(`${name}.a: 1`, event)).toBe(true);
});

it.each<[string, unknown]>([
  ['null', null],
  ['an empty object', {}],
  ['an empty list', []],
  ['an object and null', [{ a: 1 }, null]],
])('a field that holds %s is there and is null', (_what, sessionContext) => {
  const event = { userIdentity: { sessionContext } };
  expect(matches(`${name}|exists: true`, event)).toBe(true);
  expect(matches(`${name}: null`, event)).toBe(true);
});

it('a field that is not there is null and does not exist', () => {
  expect(matches(`${name}|exists: false`, { userIdentity: {} })).toBe(true);
  expect(matches(`${name}: null`, { userIdentity: {} })).toBe(true);
});
