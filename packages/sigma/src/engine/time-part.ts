import type { TimePart } from '../expression.ts';
import type { FieldValue } from '../event-view.ts';

const DAY_MS = 86_400_000;

/** Date and time as logs write them; without a zone it is UTC. */
const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?) ?(Z|UTC|[+-]\d\d:?\d\d)?)?$/i;

/** Numbers from here on are milliseconds, below they are seconds: 1973 and 5138, read the other way. */
const MILLISECONDS_FROM = 1e11;

/** Smaller numbers, until 1973 in seconds, are counts of something rather than times, and there is no later Date than the largest. */
const [SMALLEST, LARGEST] = [1e8, 8.64e15];

function ofNumber(value: number): number | undefined {
  if (value < SMALLEST || value > LARGEST) return undefined;
  return value >= MILLISECONDS_FROM ? value : value * 1000;
}

/** Milliseconds since 1970 of a time as a field holds it: ISO 8601, or seconds or milliseconds since 1970. */
export function timeOf(value: FieldValue): number | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string') return undefined;
  if (/^\d{9,13}(\.\d{1,9})?$/.test(value)) return ofNumber(Number(value));
  const [, date, time = '00:00', zone = 'Z'] = WRITTEN.exec(value) ?? [];
  if (date === undefined) return undefined;
  const offset = /^(z|utc)$/i.test(zone) ? 'Z' : zone.replace(/^(...)(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${date}T${time.replace(',', '.')}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** ISO 8601: the week of the year that holds the day's Thursday. */
function weekOf(date: Date): number {
  const thursdayMs = date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_MS;
  const yearMs = Date.UTC(new Date(thursdayMs).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursdayMs - yearMs) / DAY_MS / 7);
}

/** A part of a time in UTC; days, weeks and months count from 1. */
export function partOf(timeMs: number, part: TimePart): number {
  const date = new Date(timeMs);
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return weekOf(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
  }
}
