import { expect, test } from 'vitest';
import { anAlert, host, ip } from './alert.fixture.ts';
import { entitiesOf, entityKey } from './entity.ts';

test('an entity has one key whatever its case, and another in another tenant or of another type', () => {
  const key = entityKey('default', 'host', 'WS5');
  expect(key).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(entityKey('default', 'host', 'ws5')).toBe(key);
  expect(new Set([key, entityKey('other', 'host', 'ws5'), entityKey('default', 'user', 'ws5')]).size).toBe(3);
});

test('an alert names each of its entities once', () => {
  const alert = anAlert(1, { observables: [host('ws5'), ip('10.0.0.5'), { ...host('WS5'), role: 'source' }] });
  expect(entitiesOf(alert).map(({ type, value }) => [type, value])).toEqual([
    ['host', 'ws5'],
    ['ip', '10.0.0.5'],
  ]);
});
