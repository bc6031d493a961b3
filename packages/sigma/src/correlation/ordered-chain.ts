/**
 * Times of each rule's matches within a window, each list ascending; the place of a list is that of its rule. A chain takes
 * one match from some of the rules, in the order of the rules, with times that never go back: logs of whole seconds put what
 * follows each other into one.
 */
export type TimesByRule = readonly (readonly number[])[];

/** The most rules that a chain can have. */
export function longestChain(times: TimesByRule): number {
  /** `ends[n]`: how early a chain of n rules can end. */
  const ends: number[] = [Number.NEGATIVE_INFINITY];
  for (const ofRule of times) {
    for (let length = ends.length; length > 0; length -= 1) {
      const end = firstFrom(ofRule, ends[length - 1] ?? Number.POSITIVE_INFINITY);
      if (end !== undefined) ends[length] = Math.min(ends[length] ?? Number.POSITIVE_INFINITY, end);
    }
  }
  return ends.length - 1;
}

/** Whether some chain is of rules that `accepts` takes; `places` is a set of bits. Two to the power of the rules: keep them few. */
export function someChain(times: TimesByRule, accepts: (places: number) => boolean): boolean {
  const ends = new Map([[0, Number.NEGATIVE_INFINITY]]);
  for (const [place, ofRule] of times.entries()) {
    const reached = [...ends];
    for (const [places, from] of reached) {
      const end = firstFrom(ofRule, from);
      if (end !== undefined) ends.set(places | (1 << place), end);
    }
  }
  return [...ends.keys()].some(accepts);
}

function firstFrom(times: readonly number[], from: number): number | undefined {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.POSITIVE_INFINITY) < from) low = middle + 1;
    else high = middle;
  }
  return times[low];
}
