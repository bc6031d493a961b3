import type { FieldValue } from '../event-view.ts';

const ZONED = /[zZ]$|[+-]\d{2}:?\d{2}$| (?:UTC|GMT)$/;
/** `05/Mar/2024:10:20:30 +0000`, as web servers write it. */
const ACCESS_LOG = /^(\d{2})\/([A-Za-z]{3})\/(\d{4}):(.+)$/;
/** Dates before this are epoch seconds, above it milliseconds, microseconds, nanoseconds. */
const SECONDS_BEFORE = 100_000_000_000;

/**
 * Milliseconds since 1970 of what an event calls its time: RFC 3339 and its looser relatives (a blank for the T, no zone is UTC,
 * up to nine digits of fraction), or a number since 1970 in seconds, milliseconds, microseconds or nanoseconds.
 */
export function parseEventTime(value: FieldValue | undefined): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string' || value.length < 8 || value.length > 40) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return fromEpoch(Number(value));
  const access = ACCESS_LOG.exec(value);
  if (access) return parseEventTime(`${access[1]} ${access[2]} ${access[3]} ${access[4]}`);
  const zoned = ZONED.test(value) ? value : `${value}Z`;
  const time = Date.parse(zoned.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T').replace(/(\.\d{3})\d+/, '$1'));
  if (!Number.isNaN(time)) return time;
  const loose = Date.parse(ZONED.test(value) ? value : `${value} UTC`);
  return Number.isNaN(loose) ? undefined : loose;
}

function fromEpoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  let time = value < SECONDS_BEFORE ? value * 1000 : value;
  while (time >= SECONDS_BEFORE * 1000) time /= 1000;
  return Math.floor(time);
}
