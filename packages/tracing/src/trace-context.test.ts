import { expect, test } from 'vitest';
import { createSampler } from './sampler.ts';
import {
  createTraceparent,
  isSampled,
  readTraceparent,
  readTracestate,
  traceIdOf,
  unsampled,
} from './trace-context.ts';

const TRACE = 'ab'.repeat(16);
const contextOf = (flags: string): string => `00-${TRACE}-${'cd'.repeat(8)}-${flags}`;

test.each([
  ['a trace of zeros', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`],
  ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['capitals', contextOf('01').toUpperCase()],
  ['another version', contextOf('01').replace('00-', 'ff-')],
  ['something behind it', `${contextOf('01')}-more`],
  ['a line break', `${contextOf('01')}\n`],
  ['a script', `00-${TRACE}-${'<'.repeat(16)}-01`],
  ['several of them', `${contextOf('01')}, ${contextOf('01')}`],
  ['a megabyte', '0'.repeat(1_000_000)],
  ['a list', [contextOf('01')]],
  ['nothing', undefined],
])('%s is no trace context', (_, field) => {
  expect(readTraceparent(field)).toBeUndefined();
});

test('a trace is recorded when the last bit of its flags says so, whatever the other bits say', () => {
  const flags = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));
  expect(flags.map((flag) => isSampled(contextOf(flag)))).toEqual(flags.map((_, index) => index % 2 === 1));
  expect(unsampled(contextOf('01'))).toBe(contextOf('00'));
});

test('a new context is one, of a trace of its own that nobody records', () => {
  const made = Array.from({ length: 300 }, createTraceparent);
  expect(made.filter((one) => readTraceparent(one) !== one || isSampled(one))).toEqual([]);
  expect(new Set(made.map(traceIdOf)).size).toBe(300);
});

test.each([
  ['vendor=value', true],
  ['a=1,tenant@vendor=b c:d', true],
  ['a=1 , b=2', true],
  ['', false],
  ['Vendor=value', false],
  ['a=1\r\nx: y', false],
  [`a=${'x'.repeat(600)}`, false],
  ['a=1 ', false],
  // For each member there were nine ways to share out its blanks, and all of them were tried together.
  ['a=b        ,'.repeat(40), false],
])('tracestate %j is passed on: %s', (field, isRead) => {
  expect(readTracestate(field)).toBe(isRead ? field : undefined);
});

test('a sampler that is based on the parent does as it did, any other decides by the trace, everywhere the same', () => {
  const recorded = { traceparent: contextOf('01') };
  const other = { traceparent: contextOf('00') };
  expect(createSampler('parentbased_traceidratio', 0)(recorded)).toBe(true);
  expect(createSampler('parentbased_always_on', 1)(other)).toBe(false);
  expect(createSampler('always_off', 1)(recorded)).toBe(false);
  const traces = Array.from({ length: 2_000 }, () => ({ traceparent: createTraceparent() }));
  const [tenth, half] = [createSampler('traceidratio', 0.1), createSampler('traceidratio', 0.5)];
  const taken = traces.filter(tenth);
  // 200 expected; eight times the standard deviation away would be a fault of the sampler.
  expect(Math.abs(taken.length - 200)).toBeLessThan(110);
  expect(taken.filter((trace) => !half(trace))).toEqual([]);
});

test('a new trace is recorded as often as the ratio says', () => {
  const isRecorded = createSampler('parentbased_traceidratio', 0.25);
  const taken = Array.from({ length: 4_000 }, () => isRecorded(undefined)).filter(Boolean).length;
  expect(Math.abs(taken - 1_000)).toBeLessThan(220);
  expect(createSampler('traceidratio', 0)(undefined)).toBe(false);
  expect(createSampler('traceidratio', 1)(undefined)).toBe(true);
});
