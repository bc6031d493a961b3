import { expect, it } from 'vitest';
import { entitiesOf, entityOf } from './entity.ts';

it('takes an entity for the same whatever its role, case and surrounding space', () => {
  const entities = entitiesOf([
    { type: 'host', value: 'DC-01', role: 'source' },
    { type: 'host', value: ' dc-01 ', role: 'destination' },
    { type: 'user', value: 'dc-01' },
  ]);
  expect(entities.map(({ type, value }) => `${type} ${value}`)).toEqual(['host dc-01', 'user dc-01']);
});

it('gives a key in the shape of a UUID that depends on type and value', () => {
  const keys = [entityOf({ type: 'ip', value: '203.0.113.7' }), entityOf({ type: 'host', value: '203.0.113.7' })];
  expect(new Set(keys.map(({ key }) => key)).size).toBe(2);
  for (const { key } of keys) expect(key).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
