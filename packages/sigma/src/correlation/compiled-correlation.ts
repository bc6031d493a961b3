import type { CorrelationRule, DetectionRule } from '../rule.ts';
import { hasNot, leastWithin, onlyFromBelow } from './bounds.ts';

/** Of a detection rule no more is asked than that it is there. */
export type CountableRule = CorrelationRule | Pick<DetectionRule, 'kind' | 'id'>;

/** A correlation rule with what is decided about it once. */
export interface CompiledCorrelation {
  readonly rule: CorrelationRule;
  /** Whether it is told at once: more events can only help, so no later one can take a firing back. */
  readonly isPrompt: boolean;
  readonly compaction: Compaction;
  /** Whether correlations count this one. */
  readonly isCounted: boolean;
  /** Canonical names of the fields that they ask for. */
  readonly carried: readonly string[];
  readonly latenessMs: number;
  readonly maxEntries: number;
}

/** Which entries a window may forget without any firing becoming another: see `compact`. */
export type Compaction =
  | { readonly kind: 'none' }
  | { readonly kind: 'ordered' }
  /** `enough`: so many are all that can ever be asked for. */
  | { readonly kind: 'events' | 'values' | 'rules'; readonly enough: number };

/** Entries that are kept for a rule whose bound asks for more than the others may have. */
const MAX_ASKED_ENTRIES = 200_000;

/** How many entries a window of a rule keeps: `maxEntries`, or more where the rule needs so many and no more. */
export function capacityOf(
  { timespanMs }: CorrelationRule,
  compaction: Compaction,
  { latenessMs, maxEntries }: Pick<CompiledCorrelation, 'latenessMs' | 'maxEntries'>,
): number {
  if (!('enough' in compaction)) return maxEntries;
  const spans = Math.ceil(latenessMs / timespanMs) + 3;
  return Math.max(maxEntries, Math.min(2 * spans * compaction.enough, MAX_ASKED_ENTRIES));
}

export function isPrompt({ type, bounds, ruleCondition }: CorrelationRule): boolean {
  switch (type) {
    case 'event_count':
    case 'value_count':
    case 'temporal':
    case 'temporal_ordered':
      return onlyFromBelow(bounds) && !(ruleCondition && hasNot(ruleCondition));
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
    case 'value_percentile':
      return false;
  }
}

export function compactionOf(rule: CorrelationRule, isCounted: boolean): Compaction {
  if (!isPrompt(rule) || isCounted) return { kind: 'none' };
  switch (rule.type) {
    case 'event_count':
      return { kind: 'events', enough: leastWithin(rule.bounds) };
    case 'value_count':
      return { kind: 'values', enough: leastWithin(rule.bounds) };
    case 'temporal':
      return { kind: 'rules', enough: rule.rules.length };
    case 'temporal_ordered':
      return { kind: 'ordered' };
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
    case 'value_percentile':
      return { kind: 'none' };
  }
}
