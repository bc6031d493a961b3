import { expect, test } from 'vitest';
import { createRepeatedRefusals, type TenantFact } from './repeated-refusals.ts';

const refusal = (id: string): TenantFact => ({
  fact: { action: 'session.begin', outcome: 'denied', actor: { kind: 'anonymous' }, target: { type: 'session', id } },
  tenantId: 'default',
  correlationId: `request ${Math.random()}`,
});

test('the same refusal again is not recorded by itself, and how often it came is told at the end', () => {
  const told: TenantFact[] = [];
  const refusals = createRepeatedRefusals((each) => void told.push(each));
  expect(['a', 'a', 'b', 'a'].map((id) => refusals.isFirst(refusal(id)))).toEqual([true, false, true, false]);
  refusals.stop();
  expect(told.map(({ fact }) => [fact.target?.id, fact.details])).toEqual([['a', { repeated: 2 }]]);
});

test('a flood of different refusals is counted together', () => {
  const told: TenantFact[] = [];
  const refusals = createRepeatedRefusals((each) => void told.push(each));
  const firsts = Array.from({ length: 6_000 }, (_, index) => refusals.isFirst(refusal(`${index}`)));
  expect(firsts.filter(Boolean)).toHaveLength(5_001);
  refusals.stop();
  expect(told.map(({ fact }) => [fact.target, fact.details])).toEqual([[undefined, { repeated: 999 }]]);
});
