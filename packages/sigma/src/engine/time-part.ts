import { parseEventTime } from '../events/event-time.ts';
import type { FieldValue } from '../event-view.ts';
import type { TimePart } from '../expression.ts';

const DAY_MS = 86_400_000;

/** Date and time as logs write them, without a zone: ISO 8601, web servers, RFC 5322, American. */
const WRITTEN = [
  /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?$/,
  /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d$/,
  /^(?:[A-Z][a-z]{2}, )?\d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d$/,
  /^\d\d?\/\d\d?\/\d{4} \d\d?:\d\d:\d\d(?: [AP]M)?$/,
];

/** A zone comes after minutes or seconds, for a date may end as one does. */
const ZONE = /(:\d\d(?:[.,]\d+)?) ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$/i;

/** As many digits as seconds, milliseconds, microseconds and nanoseconds since 1970 have. */
const SINCE_1970 = /^(?:\d{9,13}|\d{15,16}|\d{18,19})(?:\.\d{1,9})?$/;

/** Smaller numbers, until 1973 in seconds, are counts of something rather than times. */
const SMALLEST = 1e8;
/** No time in nanoseconds that a Date can have is larger. */
const LARGEST = 1e20;

/** Longer than any time. */
const LONGEST = 40;

/**
 * What a field says the time is, as if its zone were UTC, in milliseconds since 1970: rules ask for parts of times as they are written
 * (specification 2.1, "Modifiers": no conversions between zones). What is read is read as the time of an event is.
 */
export function writtenTimeOf(value: FieldValue): number | undefined {
  if (typeof value === 'number') return value >= SMALLEST && value <= LARGEST ? parseEventTime(value) : undefined;
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  if (SINCE_1970.test(value)) return writtenTimeOf(Number(value));
  const local = value.replace(ZONE, '$1');
  return WRITTEN.some((form) => form.test(local)) ? parseEventTime(local.replace(/,(?=\d)/, '.')) : undefined;
}

/** ISO 8601: the week of the year that holds the day's Thursday. */
function weekOf(date: Date): number {
  const thursdayMs = date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_MS;
  const yearMs = Date.UTC(new Date(thursdayMs).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursdayMs - yearMs) / DAY_MS / 7);
}

/** A part of a time that `writtenTimeOf` has read; days, weeks and months count from 1. */
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
