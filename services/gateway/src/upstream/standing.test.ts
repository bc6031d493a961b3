import { expect, test } from 'vitest';
import type { Outcome } from '../domain/outcome.ts';
import { createStanding } from './standing.ts';

const SETTINGS = {
  consecutiveFaults: 5,
  errorPercent: 30,
  volume: 20,
  ejectMs: 5_000,
  maxPercent: 50,
  slowReturnMs: 10_000,
};

const ok: Outcome = { kind: 'answered', status: 200 };
const fault: Outcome = { kind: 'broken', reason: 'x' };

const start = () => {
  let clockMs = 1_000;
  const standing = createStanding(SETTINGS, () => clockMs);
  return {
    standing,
    pass: (ms: number) => {
      clockMs += ms;
    },
    noteAll: (...outcomes: readonly Outcome[]) => outcomes.map((outcome) => standing.note(outcome, 5)).at(-1),
  };
};
const times = (count: number, outcome: Outcome): readonly Outcome[] => Array.from({ length: count }, () => outcome);

test('who is ejected is out for its time, and comes back slowly', () => {
  const { standing, pass } = start();
  expect([standing.isEjected(), standing.share()]).toEqual([false, 1]);
  standing.eject();
  expect(standing.isEjected()).toBe(true);
  pass(4_999);
  expect(standing.isEjected()).toBe(true);
  pass(1);
  expect([standing.isEjected(), standing.share()]).toEqual([false, 0.1]);
  pass(5_000);
  expect(standing.share()).toBe(0.5);
  pass(5_000);
  expect(standing.share()).toBe(1);
});

test('a second ejection soon after lasts twice as long, one much later does not', () => {
  const { standing, pass } = start();
  standing.eject();
  pass(6_000);
  standing.eject();
  pass(9_999);
  expect(standing.isEjected()).toBe(true);
  pass(1);
  expect(standing.isEjected()).toBe(false);
  pass(60_001);
  standing.eject();
  pass(5_000);
  expect(standing.isEjected()).toBe(false);
});

test('faults in a row are an outlier, unless a good answer comes between', () => {
  const { noteAll } = start();
  expect(noteAll(...times(4, fault))).toBeUndefined();
  expect(noteAll(ok, ...times(4, fault))).toBeUndefined();
  expect(noteAll(fault)).toBe('consecutive_faults');
});

test('so is a share of faults within the window, which is forgotten after it', () => {
  const { noteAll, pass } = start();
  const mixed = [...times(3, fault), ok];
  noteAll(...mixed, ...times(8, ok), ...times(4, fault), ...times(3, ok));
  expect(noteAll(fault)).toBe('error_share');
  pass(10_000);
  expect(noteAll(...times(20, ok), fault)).toBeUndefined();
});

test('what clients do, and what an instance refuses, is no fault of it', () => {
  const { noteAll } = start();
  const harmless: readonly Outcome[] = [
    { kind: 'abandoned', reason: 'x' },
    { kind: 'expired', reason: 'x' },
    { kind: 'malformed', reason: 'x' },
    { kind: 'answered', status: 404 },
    { kind: 'answered', status: 503 },
  ];
  for (let i = 0; i < 10; i += 1) expect(noteAll(...harmless)).toBeUndefined();
});

test('other settings hold from the next answer on', () => {
  const { standing, noteAll } = start();
  noteAll(fault);
  standing.configure({ ...SETTINGS, consecutiveFaults: 2 });
  expect(noteAll(fault)).toBe('consecutive_faults');
});

test('who is restored is let back at once, slowly, and what it did before is forgotten', () => {
  const { standing, noteAll } = start();
  noteAll(...times(4, fault));
  standing.eject();
  standing.restore();
  expect([standing.isEjected(), standing.share()]).toEqual([false, 0.1]);
  expect(noteAll(...times(4, fault))).toBeUndefined();
});

test('latency is learnt from answers and time-outs, and not from how quickly a connection is refused', () => {
  const { standing } = start();
  standing.note(ok, 80);
  standing.note({ kind: 'unreachable', reason: 'x' }, 500);
  expect(standing.latencyMs()).toBe(80);
  standing.note({ kind: 'timed_out', reason: 'x' }, 300);
  expect(standing.latencyMs()).toBe(300);
});
