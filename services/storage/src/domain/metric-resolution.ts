import type { MetricQuery } from './metric-query.ts';

/** Points kept one by one (`stepS` 0), or summed up over intervals of so many seconds, and how long they are kept. */
export interface MetricResolution {
  readonly stepS: number;
  readonly keepDays: number;
}

const DAY_MS = 86_400_000;

/** The time from which on a resolution is kept. */
export const keptSince = ({ keepDays }: MetricResolution, now: Date): Date =>
  new Date(Math.max(0, now.getTime() - keepDays * DAY_MS));

const isPercentile = (aggregate: string): boolean => aggregate.startsWith('p');

/** Whether intervals of `stepS` add up to the steps of the query, none of them cut by an edge of one. */
function answersExactly(stepS: number, { from, to, stepS: askedS, aggregates }: MetricQuery): boolean {
  if (stepS === 0) return true;
  const isWhole = (time: string): boolean => Date.parse(time) % (stepS * 1_000) === 0;
  return askedS % stepS === 0 && isWhole(from) && isWhole(to) && !aggregates.some(isPercentile);
}

/**
 * The coarsest resolution that answers the query exactly. Refused when what could answer it is not kept as far back as the
 * range begins, but something coarser is: part of an answer would look like all of it.
 */
export function chooseResolution(
  query: MetricQuery,
  resolutions: readonly MetricResolution[],
  now: Date,
):
  | { readonly ok: true; readonly resolutionS: number }
  | { readonly ok: false; readonly refusal: 'resolution_gone'; readonly keptSince: string } {
  const coarsestFirst = resolutions.toSorted((a, b) => b.stepS - a.stepS);
  const isExact = coarsestFirst.filter(({ stepS }) => answersExactly(stepS, query));
  const isThere = (one: MetricResolution): boolean => keptSince(one, now) <= new Date(query.from);
  const chosen = isExact.find(isThere);
  if (chosen) return { ok: true, resolutionS: chosen.stepS };
  const longest = isExact.toSorted((a, b) => b.keepDays - a.keepDays)[0];
  const longestOfAll = Math.max(...resolutions.map(({ keepDays }) => keepDays));
  // What nothing keeps any more is missing from every answer, and nobody is misled.
  if (longest && longest.keepDays >= longestOfAll) return { ok: true, resolutionS: longest.stepS };
  const since = keptSince(longest ?? { stepS: 0, keepDays: 0 }, now).toISOString();
  return { ok: false, refusal: 'resolution_gone', keptSince: since };
}
