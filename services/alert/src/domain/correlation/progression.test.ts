import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressionOf, scoreOf, type TacticalMember } from './progression.ts';

const member = (minute: number, ...tactics: readonly string[]): TacticalMember => ({
  alertId: `alert-${minute}`,
  title: `Alert ${minute}`,
  occurredAt: `2026-03-01T08:${String(minute).padStart(2, '0')}:00.000Z`,
  severity: 'high',
  tactics,
});
const tacticsOf = (members: readonly TacticalMember[]) => progressionOf(members).map(({ tactic }) => tactic);

test('tactics in the order of ATT&CK are a progression, by event time', () => {
  const members = [
    member(0, 'execution'),
    member(1, 'initial-access'),
    member(2, 'execution', 'persistence'),
    member(3, 'discovery'),
    member(4, 'credential-access'),
    member(5, 'exfiltration', 'no-tactic'),
  ];
  expect(tacticsOf(members)).toHaveLength(4);
  expect(progressionOf(members)[0]).toMatchObject({ tactic: 'initial-access', alertId: 'alert-1' });
  expect(tacticsOf(members).at(-1)).toBe('exfiltration');
});

test('against the order there is none, and what happens at one time is one step', () => {
  expect(tacticsOf([member(0, 'impact'), member(1, 'exfiltration'), member(2, 'execution')])).toHaveLength(1);
  expect(tacticsOf([member(0, 'execution', 'persistence'), { ...member(0, 'impact'), title: 'Another' }])).toHaveLength(
    1,
  );
  expect(tacticsOf([])).toEqual([]);
});

test('the longest series is found, whatever the order of arrival', () => {
  const some = fc.array(
    fc.record({
      minute: fc.nat(9),
      rank: fc.constantFrom('execution', 'persistence', 'discovery', 'collection', 'impact'),
    }),
    { maxLength: 9 },
  );
  const order = ['execution', 'persistence', 'discovery', 'collection', 'impact'];
  /** By trying every subset. */
  const bruteForce = (given: readonly { minute: number; rank: string }[]): number => {
    const grow = (minute: number, rank: number): number =>
      Math.max(
        0,
        ...given
          .filter((one) => one.minute > minute && order.indexOf(one.rank) > rank)
          .map((one) => 1 + grow(one.minute, order.indexOf(one.rank))),
      );
    return grow(-1, -1);
  };
  fc.assert(
    fc.property(some, (given) => {
      const members = given.map(({ minute, rank }) => member(minute, rank));
      expect(progressionOf(members)).toHaveLength(bruteForce(given));
      expect(progressionOf(members.toReversed())).toEqual(progressionOf(members));
    }),
  );
});

test('the score rises with the steps, says why, and ends at 100', () => {
  const chain = progressionOf([member(0, 'initial-access'), member(1, 'execution'), member(2, 'impact')]);
  expect(scoreOf('high', chain)).toEqual({
    value: 70,
    reasons: [
      { points: 60, explanation: 'severity high' },
      { points: 10, explanation: '3 tactics in the order of ATT&CK: initial-access → execution → impact' },
    ],
  });
  expect(scoreOf('high', chain.slice(0, 1)).value).toBe(60);
  const step = chain.slice(0, 1);
  expect(scoreOf('critical', Array.from({ length: 14 }, () => step).flat()).value).toBe(100);
});
