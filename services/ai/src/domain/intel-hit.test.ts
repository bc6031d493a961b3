import type { IndicatorMatch } from '@soc/contracts';
import { expect, it } from 'vitest';
import { intelHitsOf, surestHit } from './intel-hit.ts';

const match = (value: string, confidence: number): IndicatorMatch => ({
  observable: { type: 'ip', value, role: 'source' },
  indicatorId: '00000000-0000-7000-8000-000000000001',
  indicatorType: 'ip',
  indicatorValue: value,
  kind: 'exact',
  confidence,
  threat: null,
  source: 'a feed',
});

it('leaves out the matches that are likely false', () => {
  const warninglistHits = [
    { observable: { type: 'ip' as const, value: '8.8.8.8' }, list: 'resolvers', entry: '8.8.8.8' },
  ];
  const matches = [match('8.8.8.8', 100), match('203.0.113.7', 40)];
  expect(intelHitsOf({ matches, warninglistHits })).toEqual([
    { type: 'ip', value: '203.0.113.7', confidence: 40, threat: null },
  ]);
});

it('finds the surest hit, the same in any order', () => {
  const hits = intelHitsOf({ matches: [match('b', 90), match('a', 90), match('c', 10)], warninglistHits: [] });
  expect(surestHit(hits)?.value).toBe('a');
  expect(surestHit(hits.toReversed())?.value).toBe('a');
  expect(surestHit([])).toBeNull();
});
