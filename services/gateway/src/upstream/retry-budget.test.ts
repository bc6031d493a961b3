import { expect, test } from 'vitest';
import { createRetryBudget } from './retry-budget.ts';

const withdrawn = (budget: ReturnType<typeof createRetryBudget>): number => {
  let count = 0;
  while (budget.withdraw()) count += 1;
  return count;
};

test('one request in five may be sent again, and ten at first', () => {
  const budget = createRetryBudget(() => 20);
  expect(withdrawn(budget)).toBe(10);
  for (let i = 0; i < 100; i += 1) budget.deposit();
  expect(withdrawn(budget)).toBe(20);
  for (let i = 0; i < 4; i += 1) budget.deposit();
  expect(withdrawn(budget)).toBe(0);
  budget.deposit();
  expect(withdrawn(budget)).toBe(1);
});

test('quiet times save up no more than 200', () => {
  const budget = createRetryBudget(() => 20);
  for (let i = 0; i < 100_000; i += 1) budget.deposit();
  expect(withdrawn(budget)).toBe(200);
});
