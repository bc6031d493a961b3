import { expect, test } from 'vitest';
import { createRateLeases, type RateGrant } from './rate-leases.ts';

const rule = { name: 'general', perS: 1_000, burst: 3_200 };
const countsOf = (of: typeof rule, key: string) => ({ key, list: [{ rule: of, key }] });

/** A Redis that has `tokens` and never gets more. */
function createRates(tokens: number) {
  const asked: number[] = [];
  let nowMs = 0;
  let left = tokens;
  const ask = (_: unknown, count: number): Promise<RateGrant | undefined> => {
    asked.push(count);
    const granted = Math.min(count, left);
    left -= granted;
    return Promise.resolve({ rule, granted, remaining: left, retryAfterMs: granted === 0 ? 5_000 : 0, resetMs: 9_000 });
  };
  const lease = createRateLeases(ask, () => nowMs);
  const take = (of: typeof rule, key: string) => lease(countsOf(of, key));
  return { take, asked, passMs: (ms: number) => (nowMs += ms) };
}

test('whoever sends much is asked for in advance, and never gets more than was granted', async () => {
  const { take, asked, passMs } = createRates(500);
  let allowed = 0;
  for (let i = 0; i < 2_000; i += 1) {
    passMs(0.5);
    if ((await take(rule, 'a'))?.allowed) allowed += 1;
  }
  expect(allowed).toBe(500);
  expect(asked.length).toBeLessThan(50);
  expect(Math.max(...asked)).toBeLessThanOrEqual(rule.burst / 32);
});

test('what is left after a second is lost, and asked for anew', async () => {
  const { take, asked, passMs } = createRates(100_000);
  // Until more than one was just asked for.
  for (let last = 0; asked.length === last || asked.at(-1) === 1; passMs(10)) {
    last = asked.length;
    await take(rule, 'a');
  }
  const before = asked.length;
  passMs(900);
  await take(rule, 'a');
  expect(asked).toHaveLength(before);
  passMs(100);
  await take(rule, 'a');
  expect(asked).toHaveLength(before + 1);
});

test('many at once are counted one by one, whatever is asked meanwhile', async () => {
  const { take } = createRates(50);
  const verdicts = await Promise.all(Array.from({ length: 120 }, async () => take(rule, 'a')));
  expect(verdicts.filter((verdict) => verdict?.allowed)).toHaveLength(50);
});

test('a small limit is asked for each time, and callers do not share', async () => {
  const { take, asked } = createRates(100);
  for (let i = 0; i < 10; i += 1) {
    await take({ ...rule, burst: 20 }, 'a');
    await take({ ...rule, burst: 20 }, 'b');
  }
  expect(asked).toEqual(Array.from({ length: 20 }, () => 1));
});

test('who is refused is refused until the time named, and asked for again then', async () => {
  const { take, asked, passMs } = createRates(0);
  expect(await take(rule, 'a')).toMatchObject({ allowed: false, retryAfterS: 5, resetS: 9 });
  passMs(4_500);
  expect(await take(rule, 'a')).toMatchObject({ allowed: false, retryAfterS: 1 });
  expect(asked).toHaveLength(1);
  passMs(600);
  await take(rule, 'a');
  expect(asked).toHaveLength(2);
});

test('what Redis does not answer is not known, and asked again', async () => {
  let asked = 0;
  const counts = countsOf(rule, 'a');
  const take = createRateLeases(
    () => {
      asked += 1;
      return Promise.resolve(undefined);
    },
    () => 0,
  );
  expect([await take(counts), await take(counts), asked]).toEqual([undefined, undefined, 2]);
});
