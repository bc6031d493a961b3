import type { CorrelatedAlert } from './correlated-alert.ts';
import { edgesOf } from './desk.ts';
import type { KnownIncident } from './story.ts';

/** An entity and a span of event time, both ends included. */
export interface EntitySpan {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** Where to look for partners of some alerts: for each entity the times of those that name it, a window around each. */
export function entitySpans(alerts: readonly CorrelatedAlert[], windowMs: number): readonly EntitySpan[] {
  const timesByKey = new Map<string, number[]>();
  for (const { links, occurredAtMs } of alerts) {
    for (const { key } of links) {
      const times = timesByKey.get(key);
      if (times) times.push(occurredAtMs);
      else timesByKey.set(key, [occurredAtMs]);
    }
  }
  return [...timesByKey].flatMap(([key, times]) =>
    clusters(times, windowMs).map(([firstMs, lastMs]) => ({
      key,
      from: new Date(firstMs - windowMs).toISOString(),
      to: new Date(lastMs + windowMs).toISOString(),
    })),
  );
}

/** Where to look for more members of a story: all it is known to name, a window around it. */
export function storySpans(
  story: Pick<KnownIncident, 'incident' | 'carriers'>,
  windowMs: number,
): readonly EntitySpan[] {
  const [firstMs, lastMs] = edgesOf(story);
  const [from, to] = [new Date(firstMs - windowMs).toISOString(), new Date(lastMs + windowMs).toISOString()];
  return [...story.carriers.keys()].map((key) => ({ key, from, to }));
}

/** First and last of the times that lie no further than `gapMs` from their neighbours. */
function clusters(times: readonly number[], gapMs: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const time of times.toSorted((a, b) => a - b)) {
    const current = found.at(-1);
    if (current && time - current[1] <= gapMs) current[1] = time;
    else found.push([time, time]);
  }
  return found;
}
