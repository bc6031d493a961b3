const DAY_MS = 86_400_000;

/** Days that a forecast lists, the latest that had events; all are counted in its totals. */
const LISTED_DAYS = 366;

/** A day in UTC. */
export interface ForecastDay {
  readonly day: string;
  readonly events: number;
  readonly matches: number;
  readonly alerts: number;
}

/** A match by the event's own time; repetitions of one thing have the same identity. */
export interface TimedMatch {
  readonly timeMs: number;
  readonly identity: string;
}

export interface Forecast {
  readonly alerts: number;
  /** Null without events. */
  readonly alertsPerDay: number | null;
  readonly days: readonly ForecastDay[];
}

const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

/**
 * What matches would have become had the rule been enabled: as in `fingerprints`, the first opens a window in which others of
 * its identity add nothing. `eventsPerDay` is by days since 1970.
 */
export function forecast(
  matches: readonly TimedMatch[],
  eventsPerDay: ReadonlyMap<number, number>,
  span: { readonly firstMs: number; readonly lastMs: number },
  windowMs: number,
): Forecast {
  const matchesPerDay = new Map<number, number>();
  const alertsPerDay = new Map<number, number>();
  const openUntil = new Map<string, number>();
  const add = (counts: Map<number, number>, day: number): unknown => counts.set(day, (counts.get(day) ?? 0) + 1);
  let alerts = 0;
  for (const { timeMs, identity } of matches.toSorted((a, b) => a.timeMs - b.timeMs)) {
    add(matchesPerDay, dayOf(timeMs));
    if (timeMs < (openUntil.get(identity) ?? Number.NEGATIVE_INFINITY)) continue;
    openUntil.set(identity, timeMs + windowMs);
    add(alertsPerDay, dayOf(timeMs));
    alerts += 1;
  }
  const days = [...eventsPerDay]
    .toSorted(([a], [b]) => a - b)
    .slice(-LISTED_DAYS)
    .map(([day, events]) => ({
      day: new Date(day * DAY_MS).toISOString().slice(0, 10),
      events,
      matches: matchesPerDay.get(day) ?? 0,
      alerts: alertsPerDay.get(day) ?? 0,
    }));
  const spanDays = Math.max(1, (span.lastMs - span.firstMs) / DAY_MS);
  return { alerts, alertsPerDay: days.length === 0 ? null : Math.round((alerts / spanDays) * 100) / 100, days };
}
