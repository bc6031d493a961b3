/**
 * A sum that numbers join and leave without a trace of rounding, so that it depends on no order: non-overlapping partial
 * sums (Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic", grow-expansion). For numbers up to 1e300.
 */
export function createExactSum(): { readonly add: (value: number) => void; readonly total: () => number } {
  let partials: number[] = [];
  return {
    add: (value) => {
      const grown: number[] = [];
      let carry = value;
      for (const partial of partials) {
        const [large, small] = Math.abs(carry) < Math.abs(partial) ? [partial, carry] : [carry, partial];
        carry = large + small;
        const lost = small - (carry - large);
        if (lost !== 0) grown.push(lost);
      }
      if (carry !== 0) grown.push(carry);
      partials = grown;
    },
    total: () => roundedTotal(partials),
  };
}

/** Correctly rounded: the first non-zero remainder decides a tie by the sign of what follows it. */
function roundedTotal(partials: readonly number[]): number {
  let index = partials.length - 1;
  let high = partials[index] ?? 0;
  let lost = 0;
  while (index > 0 && lost === 0) {
    index -= 1;
    const before = high;
    const low = partials[index] ?? 0;
    high = before + low;
    lost = low - (high - before);
  }
  const next = index > 0 ? (partials[index - 1] ?? 0) : 0;
  if (lost === 0 || Math.sign(next) !== Math.sign(lost)) return high;
  const candidate = high + lost * 2;
  return candidate - high === lost * 2 ? candidate : high;
}
