import type { IndicatorMatch, Observable } from '@soc/contracts';
import { describe, expect, it } from 'vitest';
import { reputationOf } from './reputation.ts';

const observable = (value: string): Observable => ({ type: 'ip', value });

const match = (value: string, confidence: number): IndicatorMatch => ({
  observable: observable(value),
  indicatorId: '00000000-0000-7000-8000-000000000001',
  indicatorType: 'ip',
  indicatorValue: value,
  kind: 'exact',
  confidence,
  threat: null,
  source: 'test',
});

const hit = (value: string) => ({ observable: observable(value), list: 'resolvers', entry: value });

describe('reputationOf', () => {
  it.each([
    [70, 'malicious'],
    [69, 'suspicious'],
    [30, 'suspicious'],
    [29, 'unknown'],
    [0, 'unknown'],
  ])('a match of confidence %i makes it %s', (confidence, reputation) => {
    expect(reputationOf([match('203.0.113.7', confidence)], [])).toBe(reputation);
  });

  it('is unknown when nothing matches, warninglisted or not', () => {
    expect(reputationOf([], [])).toBe('unknown');
    expect(reputationOf([], [hit('10.0.0.1')])).toBe('unknown');
  });

  it('is benign when everything that matches is warninglisted', () => {
    expect(reputationOf([match('192.0.2.53', 100)], [hit('192.0.2.53')])).toBe('benign');
  });

  it('follows the match that is not warninglisted', () => {
    const matches = [match('192.0.2.53', 100), match('203.0.113.7', 40)];
    expect(reputationOf(matches, [hit('192.0.2.53')])).toBe('suspicious');
  });
});
