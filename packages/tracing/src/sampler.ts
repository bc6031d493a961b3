import { isSampled, type TraceContext, traceIdOf } from './trace-context.ts';

/** As `OTEL_TRACES_SAMPLER` names them. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** 56 bits of a trace id are random (W3C Trace Context, level 2); the share of them below the ratio is recorded. */
const RANDOM_DIGITS = 14;
const RANDOM_NUMBERS = 2 ** 56;

const isAmong = (traceId: string, ratio: number): boolean =>
  Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) < ratio * RANDOM_NUMBERS;

/** Whether what comes after `parent`, or a new trace, is recorded. `ratio` is from 0 to 1. */
export function createSampler(name: SamplerName, ratio: number): (parent: TraceContext | undefined) => boolean {
  const heedsParent = name.startsWith('parentbased_');
  const share = name.endsWith('always_on') ? 1 : name.endsWith('always_off') ? 0 : ratio;
  return (parent) => {
    if (!parent) return Math.random() < share;
    return heedsParent ? isSampled(parent.traceparent) : isAmong(traceIdOf(parent.traceparent), share);
  };
}
