import type { CorrelationRule } from '../rule.ts';
import { withinBounds } from './bounds.ts';
import { createExactSum } from './exact-sum.ts';
import type { Measure } from './measure.ts';
import type { WindowEntry } from './window-state.ts';

/** Sum, average, median or percentile of the numbers in a window. Without a number none of them holds. */
export function createNumericMeasure(rule: CorrelationRule): Measure {
  const sorted: number[] = [];
  const sum = createExactSum();
  const numbers = ({ values = [] }: WindowEntry): readonly number[] =>
    values.filter((value) => typeof value === 'number');
  const percentile = rule.type === 'value_median' ? 50 : (rule.percentile ?? 50);
  const measured = (): number => {
    if (rule.type === 'value_sum') return sum.total();
    return rule.type === 'value_avg' ? sum.total() / sorted.length : percentileOf(sorted, percentile);
  };
  return {
    add: (entry) => {
      for (const value of numbers(entry)) {
        sorted.splice(placeOf(sorted, value), 0, value);
        sum.add(value);
      }
    },
    remove: (entry) => {
      for (const value of numbers(entry)) {
        sorted.splice(placeOf(sorted, value), 1);
        sum.add(-value);
      }
    },
    holds: () => sorted.length > 0 && withinBounds(rule.bounds, measured()),
    measured,
  };
}

function placeOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Between the two nearest ranks in proportion (Hyndman and Fan 1996, type 7), so that the 50th is the median. */
function percentileOf(sorted: readonly number[], percentile: number): number {
  const rank = ((sorted.length - 1) * percentile) / 100;
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
}
