/** A time as people write it, as the stretch that it names: a day from its midnight to the next, a moment one millisecond. */
export interface Instant {
  readonly startMs: number;
  readonly endMs: number;
}

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };

const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dt\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:z|[+-]\d\d:\d\d)$/i;
const AGO = /^now(?:-(\d{1,5})([smhdw]))?$/i;

/** What both adapters know as a time, and its text has four digits for the year. */
const [FIRST_MS, LAST_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

function stretch(startMs: number, lengthMs: number): Instant | undefined {
  // Of no number at all neither holds.
  if (!(startMs >= FIRST_MS && startMs <= LAST_MS)) return undefined;
  return { startMs, endMs: Math.min(startMs + lengthMs, LAST_MS) };
}

/** Of `Date.parse`, which takes the 31st of February for a day in March. */
const isSameDay = (text: string, ms: number): boolean => new Date(ms).toISOString().startsWith(text.slice(0, 10));

/**
 * Reads `2026-03-01`, an RFC 3339 time (seconds may be missing), `now` or `now-24h` (s, m, h, d, w), of the years 0001 to
 * 9999; undefined for anything else.
 */
export function readInstant(text: string, now: Date): Instant | undefined {
  const ago = AGO.exec(text);
  if (ago) {
    const [, count = '0', unit = 's'] = ago;
    return stretch(now.getTime() - Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0), 1);
  }
  if (DAY.test(text)) {
    const startMs = Date.parse(text);
    return !Number.isNaN(startMs) && isSameDay(text, startMs) ? stretch(startMs, DAY_MS) : undefined;
  }
  if (!MOMENT.test(text) || Number.isNaN(Date.parse(`${text.slice(0, 10)}`))) return undefined;
  if (!isSameDay(text, Date.parse(text.slice(0, 10)))) return undefined;
  return stretch(Date.parse(text), 1);
}
