import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { textsAt } from './json-path.ts';

type TimeField = NonNullable<GenericMapping['occurredAt']>;
type TimeFormat = NonNullable<TimeField['format']>;

/** Nothing that is monitored today happened before; Go's zero time (year 1) and the epoch's zero mean "none". */
const EARLIEST_MS = Date.UTC(1980, 0, 1);
/** How far a source's clock may be ahead. */
const AHEAD_LIMIT_MS = 24 * 3_600_000;

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/** `Sat Oct 26 23:20:39 UTC 2024` (date) and `Sat, 26 Oct 2024 23:20:39 +0000` (RFC 5322). */
const DATE_COMMAND = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d) ([A-Z]{3,5}|[+-]\d{4}) (\d{4})$/;
const MAIL_DATE = /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) ([A-Z]{3,5}|[+-]\d{4})$/;

/** `Tue Sep 11 16:14:21 2018 UTC`, as osquery writes it. */
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})(?: ([A-Z]{3,5}|[+-]\d{4}))?$/;

/** `Oct 26 2024 23:20:39.123 UTC`, as CEF and LEEF write it. */
const EVENT_DATE =
  /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?: ([A-Z]{3,5}|[+-]\d{4}))?$/;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Zone names with one meaning (RFC 5322 section 4.3 and the European ones). */
const zones = new Map([
  ['UTC', '+0000'],
  ['GMT', '+0000'],
  ['EST', '-0500'],
  ['EDT', '-0400'],
  ['CST', '-0600'],
  ['CDT', '-0500'],
  ['MST', '-0700'],
  ['MDT', '-0600'],
  ['PST', '-0800'],
  ['PDT', '-0700'],
  ['WEST', '+0100'],
  ['CET', '+0100'],
  ['CEST', '+0200'],
  ['EET', '+0200'],
  ['EEST', '+0300'],
]);

/** A document's time: the first plausible one at the field's paths. `unreadable` when there were only others. */
export function timeAt(document: unknown, field: TimeField, receivedAt: Date): Date | 'absent' | 'unreadable' {
  const texts = textsAt(document, field.paths);
  for (const text of texts) {
    const timeMs = parseTime(text.trim(), field.format ?? 'auto', field.utcOffset ?? '+00:00');
    if (timeMs >= EARLIEST_MS && timeMs <= receivedAt.getTime() + AHEAD_LIMIT_MS) return new Date(timeMs);
  }
  return texts.length === 0 ? 'absent' : 'unreadable';
}

/** Milliseconds since the epoch; NaN for a text that is no time of the format. */
export function parseTime(text: string, format: TimeFormat, utcOffset: string): number {
  if (format === 'epoch_s') return epochNumber(text) * 1_000;
  if (format === 'epoch_ms') return epochNumber(text);
  const epoch = format === 'auto' ? epochNumber(text) : Number.NaN;
  if (!Number.isNaN(epoch)) return epochOfAnyUnit(epoch);
  return dateTime(text, utcOffset) ?? namedMonth(text, utcOffset) ?? Number.NaN;
}

const epochNumber = (text: string): number => (/^\d{1,19}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN);

/** Seconds, milliseconds, microseconds or nanoseconds: for times between 1973 and 5138 their sizes do not overlap. */
function epochOfAnyUnit(epoch: number): number {
  if (epoch < 1e11) return epoch * 1e3;
  if (epoch < 1e14) return epoch;
  return epoch < 1e17 ? epoch / 1e3 : epoch / 1e6;
}

function dateTime(text: string, utcOffset: string): number | null {
  const match = DATE_TIME.exec(text);
  if (!match) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = utcOffset] = match;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const clockMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  return clockMs - offsetMs(zone);
}

function namedMonth(text: string, utcOffset: string): number | null {
  const command = DATE_COMMAND.exec(text);
  if (command) return fromParts(command[5], command[1], command[2], command[3], command[4]);
  const ascii = ASCTIME.exec(text);
  if (ascii) return fromParts(ascii[4], ascii[1], ascii[2], ascii[3], ascii[5] ?? utcOffset);
  const event = EVENT_DATE.exec(text);
  if (event) {
    const fraction = /\.(\d{1,3})/.exec(text)?.[1] ?? '0';
    const wholeMs = fromParts(event[3], event[1], event[2], event[4], event[5] ?? utcOffset);
    return wholeMs + Number(fraction.padEnd(3, '0'));
  }
  const mail = MAIL_DATE.exec(text);
  return mail && fromParts(mail[3], mail[2], mail[1], mail[4], mail[5]);
}

function fromParts(year = '', monthName = '', day = '', clock = '', zone = ''): number {
  const month = String(MONTHS.indexOf(monthName) + 1).padStart(2, '0');
  return Date.parse(`${year}-${month}-${day.padStart(2, '0')}T${clock}.000Z`) - offsetMs(zones.get(zone) ?? zone);
}

/** `Z`, `UTC`, `+02`, `+0200` and `+02:00` in milliseconds; NaN for an unknown zone. */
function offsetMs(zone: string): number {
  if (/^(?:Z|UTC|GMT)$/i.test(zone)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!match) return Number.NaN;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
