import { expect, test } from 'vitest';
import { anAlert, host, ip, user } from '../alert.fixture.ts';
import { entityKey } from '../entity.ts';
import { pairsOf, rarityOf } from './rarity.ts';

test('an entity keeps its weight while it is rare, loses it by and by, and has none as a hub', () => {
  expect([0, 1, 5].map((assets) => rarityOf(assets, 20))).toEqual([1, 1, 1]);
  const falling = Array.from({ length: 16 }, (_, index) => rarityOf(index + 5, 20));
  expect(falling).toEqual(falling.toSorted((a, b) => b - a));
  expect(falling.every((share) => share > 0)).toBe(true);
  expect([21, 5_000].map((assets) => rarityOf(assets, 20))).toEqual([0, 0]);
});

test('what may be common is remembered with the assets it was seen with, hosts and boilerplate are not', () => {
  const observables = [host('ws1'), ip('10.0.0.1'), ip('203.0.113.7'), user('eve'), user('SYSTEM'), ip('127.0.0.1')];
  const named = (type: 'host' | 'ip' | 'user', value: string) => entityKey('default', type, value);
  const [ws1, own] = [named('host', 'ws1'), named('ip', '10.0.0.1')];
  expect(pairsOf(anAlert(1, { observables }))).toEqual([
    { entity: own, asset: ws1 },
    { entity: named('ip', '203.0.113.7'), asset: ws1 },
    { entity: named('ip', '203.0.113.7'), asset: own },
    { entity: named('user', 'eve'), asset: ws1 },
    { entity: named('user', 'eve'), asset: own },
  ]);
});
