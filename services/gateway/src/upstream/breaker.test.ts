import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Outcome } from '../domain/outcome.ts';
import { type Breaker, createBreaker } from './breaker.ts';

let breaker: Breaker;
beforeEach(() => {
  vi.useFakeTimers();
  breaker = createBreaker({ errorPercent: 50, volume: 4, resetMs: 2_000 });
});
afterEach(() => {
  breaker.close();
  vi.useRealTimers();
});

const ok: Outcome = { kind: 'answered', status: 200 };
const fault: Outcome = { kind: 'answered', status: 500 };
const left: Outcome = { kind: 'abandoned', reason: 'the client left' };
const run = async (outcome: Outcome): Promise<void> => breaker.begin()(outcome);
const runAll = async (outcomes: readonly Outcome[]): Promise<void> => {
  for (const outcome of outcomes) await run(outcome);
};

test('it opens when more than half fail, not before there are enough requests', async () => {
  await runAll([fault, fault, fault]);
  expect(breaker.state()).toBe('closed');
  await run(fault);
  expect([breaker.state(), breaker.admits()]).toEqual(['open', false]);
});

test('refused requests and clients that leave never open it', async () => {
  const refused: Outcome = { kind: 'answered', status: 404 };
  const busy: Outcome = { kind: 'answered', status: 503 };
  await runAll([refused, left, busy, refused, left, busy, refused, left, busy]);
  expect(breaker.state()).toBe('closed');
});

test('after a while one request is let through, and closes it when it succeeds', async () => {
  await runAll([fault, fault, fault, fault]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([breaker.state(), breaker.admits()]).toEqual(['half_open', true]);
  const settle = breaker.begin();
  expect(breaker.admits()).toBe(false);
  await settle(ok);
  expect([breaker.state(), breaker.admits()]).toEqual(['closed', true]);
});

test('other settings hold from now on and close it; the same ones change nothing', async () => {
  await runAll([fault, fault, fault, fault]);
  breaker.configure({ errorPercent: 50, volume: 4, resetMs: 2_000 });
  expect(breaker.state()).toBe('open');
  breaker.configure({ errorPercent: 50, volume: 2, resetMs: 500 });
  expect([breaker.state(), breaker.admits()]).toEqual(['closed', true]);
  await runAll([fault, fault]);
  expect(breaker.state()).toBe('open');
  await vi.advanceTimersByTimeAsync(500);
  expect(breaker.state()).toBe('half_open');
});

test('a trial that fails keeps it open for as long again', async () => {
  await runAll([fault, fault, fault, fault]);
  for (let i = 0; i < 2; i += 1) {
    await vi.advanceTimersByTimeAsync(2_000);
    expect(breaker.state()).toBe('half_open');
    await run(fault);
    expect([breaker.state(), breaker.admits()]).toEqual(['open', false]);
  }
});

test('a trial whose client leaves, or is impatient, proves nothing: the next request is one, too', async () => {
  await runAll([fault, fault, fault, fault]);
  await vi.advanceTimersByTimeAsync(2_000);
  for (const outcome of [left, { kind: 'expired', reason: 'x' }, left] as const) {
    await run(outcome);
    expect([breaker.state(), breaker.admits()]).toEqual(['half_open', true]);
  }
  await run(fault);
  expect([breaker.state(), breaker.admits()]).toEqual(['open', false]);
  await vi.advanceTimersByTimeAsync(2_000);
  await run(left);
  await run(ok);
  expect([breaker.state(), breaker.admits()]).toEqual(['closed', true]);
  await runAll([fault, fault]);
  expect(breaker.state()).toBe('closed');
  await run(fault);
  expect(breaker.state()).toBe('open');
});
