/** What places a time that names no year or zone. */
export interface SyslogClock {
  /** Milliseconds since 1970, when the message arrived. */
  readonly nowMs: number;
  /** Of the senders' clocks, ahead of UTC. 0 when absent. */
  readonly offsetMinutes?: number;
}

interface LegacyTime {
  readonly timeMs: number | null;
  /** Characters of the time with the blank after it; 0 when the text begins with none. */
  readonly length: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** `Oct  6 23:20:39`, with a year before or after the clock, a fraction and a zone where devices write them; Cisco's colon after it. */
const MONTH_TIME =
  /^(?:\d{1,10}: )?[*.]?([A-Z][a-z]{2}) {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: (\d{4})(?= ))?(?: (UTC|GMT|Z)(?=[ :]))?:? /;
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(Z|[+-]\d\d:?\d\d)? /;
/** How far ahead of the arrival a time may be before it is one of the year before. */
const AHEAD_LIMIT_MS = 7 * 86_400_000;

/** The time at the beginning of an RFC 3164 message. */
export function readLegacyTime(text: string, clock: SyslogClock): LegacyTime {
  const iso = ISO_TIME.exec(text);
  if (iso) return isoTime(iso[0], iso[1], clock);
  const found = MONTH_TIME.exec(text);
  const month = MONTHS.indexOf(found?.[1]?.toLowerCase() ?? '');
  if (!found || month < 0) return { timeMs: null, length: 0 };
  const [whole, , day, yearBefore, hour, minute, second, fraction = '0', yearAfter, zone] = found;
  const year = yearBefore ?? yearAfter;
  const at = (ofYear: number): number =>
    utcMs(ofYear, month, Number(day), Number(hour), Number(minute), Number(second)) +
    Number(fraction.padEnd(3, '0').slice(0, 3)) -
    (zone === undefined ? (clock.offsetMinutes ?? 0) * 60_000 : 0);
  const timeMs = year === undefined ? nearestYear(at, clock.nowMs) : at(Number(year));
  return { timeMs: Number.isNaN(timeMs) ? null : timeMs, length: whole.length };
}

function isoTime(whole: string, zone: string | undefined, { offsetMinutes = 0 }: SyslogClock): LegacyTime {
  const written = whole.trim().replace(' ', 'T').replace(',', '.');
  const timeMs = Date.parse(zone === undefined ? `${written}Z` : written.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  if (Number.isNaN(timeMs)) return { timeMs: null, length: whole.length };
  return { timeMs: zone === undefined ? timeMs - offsetMinutes * 60_000 : timeMs, length: whole.length };
}

/** The last year in which the time is not ahead of the arrival: a message of 31 December may arrive on 1 January. */
function nearestYear(at: (year: number) => number, nowMs: number): number {
  const year = new Date(nowMs).getUTCFullYear();
  const candidates = [year + 1, year, year - 1].map(at);
  return candidates.find((timeMs) => timeMs <= nowMs + AHEAD_LIMIT_MS) ?? Number.NaN;
}

/** NaN for a day or a clock that does not exist. */
function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (hour > 23 || minute > 59 || second > 60) return Number.NaN;
  const timeMs = Date.UTC(year, month, day, hour, minute, second);
  return new Date(Date.UTC(year, month, day)).getUTCDate() === day ? timeMs : Number.NaN;
}
