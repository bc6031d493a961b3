import type { FieldValue } from '../event-view.ts';

/** Smaller numbers, until 1973 in seconds, count something else; larger ones are past all nanoseconds. */
const [SMALLEST, TOO_LARGE] = [1e8, 1e20];
/** In 2477. What would be later is something else: 20240305102030 is a date in digits. */
const LATEST_MS = 1.6e13;
/** Numbers below it are seconds, above it milliseconds, microseconds, nanoseconds: 1973 and 5138, read the other way. */
const SECONDS_BEFORE = 1e11;

const NAMED_ZONE = /^(.*\d(?: ?[AP]M)?) ?(?:Z|UTC|GMT)$/i;
/** Only behind a time of day: `03-05-2024` has none. */
const OFFSET = /^(.*:\d\d(?:[.,]\d+)?(?: ?[AP]M)?) ?(?:UTC|GMT)?([+-])(\d\d)(?::?(\d\d))?$/i;
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?)?$/i;
/** `05/Mar/2024:10:20:30`, as web servers write it. */
const ACCESS_LOG = /^(\d{2})\/([A-Za-z]{3})\/(\d{4}):(.+)$/;
/** What Date.parse may be asked: it takes any word before a number for a date. */
const LOOSE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?=\d|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?=.*\d:\d\d)(?=.*(?<!\d)\d{4}(?!\d))|^\d{1,2}\/\d{1,2}\/\d{4}$/i;

/**
 * Milliseconds since 1970 of what an event calls its time: RFC 3339 and its looser relatives (a blank for the T, no zone is UTC, any
 * number of digits of fraction), dates as web servers, mail and Americans write them, or a number since 1970 in seconds,
 * milliseconds, microseconds or nanoseconds, from 1973 to 2477. Undefined for what is none.
 */
export function parseEventTime(value: FieldValue | undefined): number | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string' || value.length < 8 || value.length > 40) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return ofNumber(Number(value));
  const named = NAMED_ZONE.exec(value)?.[1];
  if (named !== undefined) return atOffset(named, 0);
  const [, text, sign, hours, minutes = '0'] = OFFSET.exec(value) ?? [];
  if (text === undefined) return atOffset(value, 0);
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return atOffset(text, (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes)));
}

function ofNumber(value: number): number | undefined {
  if (!(value >= SMALLEST && value < TOO_LARGE)) return undefined;
  let time = value < SECONDS_BEFORE ? value * 1000 : value;
  while (time >= SECONDS_BEFORE * 1000) time /= 1000;
  return time < LATEST_MS ? Math.floor(time) : undefined;
}

function atOffset(text: string, offsetMs: number): number | undefined {
  const clockMs = clockOf(text);
  return Number.isNaN(clockMs) ? undefined : clockMs - offsetMs;
}

/** NaN for what is no date. */
function clockOf(text: string): number {
  const [, date, time = '00:00', fraction] = ISO.exec(text) ?? [];
  if (date !== undefined) {
    return Date.parse(`${date}T${time}${fraction === undefined ? '' : `.${fraction.slice(0, 3)}`}Z`);
  }
  const spaced = text.replace(ACCESS_LOG, '$1 $2 $3 $4');
  return LOOSE.test(spaced) ? Date.parse(`${spaced} UTC`) : Number.NaN;
}
