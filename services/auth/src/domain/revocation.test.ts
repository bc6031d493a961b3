import { expect, test } from 'vitest';
import { cutOffOf, endOf, forgettableBefore, issuedAtS } from './revocation.ts';

const at = (iso: string): Date => new Date(`2026-01-01T00:00:${iso}Z`);
const seconds = (date: Date): number => date.getTime() / 1000;

test.each(['10.000', '10.001', '10.999'])('of a second %s into which a revocation falls, no token is spared', (iso) => {
  const before = seconds(cutOffOf(at(iso)));
  expect(issuedAtS(at(iso), null)).toBeLessThan(before);
  expect(issuedAtS(at('10.999'), null)).toBeLessThan(before);
});

test('a token issued right after the revocation is not refused by it', () => {
  const cutOff = cutOffOf(at('10.001'));
  expect(issuedAtS(at('10.002'), cutOff.toISOString())).toBe(seconds(cutOff));
  expect(issuedAtS(at('30.500'), cutOff.toISOString())).toBe(seconds(at('30.000')));
});

test('a session that is over stays over for whatever waits in a transaction, and longer than its tokens live', () => {
  expect(seconds(endOf(at('10.500')))).toBe(seconds(at('11.000')) + 300);
  const keptUntil = at('00.000').getTime() - forgettableBefore(at('00.000'), 900).getTime();
  expect(keptUntil).toBeGreaterThan((300 + 900) * 1000);
});
