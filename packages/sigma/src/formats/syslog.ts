import { type Parsed, refused } from './parsed.ts';
import { readStructuredData, type StructuredData } from './syslog-structured-data.ts';
import { readLegacyTime, type SyslogClock } from './syslog-time.ts';

/** One syslog message. What the header does not say, or says with `-`, is null. */
export interface SyslogMessage {
  /** Which grammar it was read by; a message without a readable header has all of its text in `message`. */
  readonly protocol: 'rfc5424' | 'rfc3164';
  /** 0–23; null where the message has no priority. */
  readonly facility: number | null;
  /** 0 (emergency) to 7 (debug). */
  readonly severity: number | null;
  /** Milliseconds since 1970; null where the message names no readable time. */
  readonly timeMs: number | null;
  readonly hostName: string | null;
  readonly appName: string | null;
  readonly processId: string | null;
  readonly messageId: string | null;
  readonly structuredData: StructuredData;
  /** What follows the header; in RFC 3164 without the tag (`sshd[42]:`), which is `appName` and `processId`. */
  readonly message: string;
}

const PRIORITY = /^<(\d{1,3})>/;
const VERSION_5424 = /^1 (?=\S)/;
/** Header fields up to the structured data; lengths as RFC 5424 section 6 bounds them, with room for senders who do not. */
const HEADER_5424 = /^(\S{1,64}) (\S{1,512}) (\S{1,256}) (\S{1,256}) (\S{1,256})(?: |$)/;
const TIME_5424 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const TAG = /^([\w./@%-]{1,128})(?:\[([^\]\s]{1,64})\])?: ?/;
const HOST = /^([A-Za-z\d](?:[\w.:%-]{0,253}[\w])?|::[\w:.]{0,64}) /;

/**
 * Reads one message without its framing: RFC 5424, else RFC 3164 as senders really write it (no priority, a year or a zone
 * beside the time, an RFC 3339 time, no host). `clock` places a time that names no year or zone. Refused are an empty
 * message, a priority above 191 and an RFC 5424 header that is none.
 */
export function parseSyslog(text: string, clock: SyslogClock): Parsed<SyslogMessage> {
  const trimmed = text.replace(/[\r\n\0]+$/, '');
  if (trimmed.trim() === '') return refused('empty');
  const priority = PRIORITY.exec(trimmed);
  if (!priority) return { ok: true, value: readLegacy(trimmed, null, clock) };
  const value = Number(priority[1]);
  if (value > 191) return refused(`priority ${value} is above 191`);
  const rest = trimmed.slice(priority[0].length);
  const version = VERSION_5424.exec(rest);
  if (version) return readModern(rest.slice(version[0].length), value);
  return { ok: true, value: readLegacy(rest, value, clock) };
}

const partsOf = (priority: number | null) => ({
  facility: priority === null ? null : Math.floor(priority / 8),
  severity: priority === null ? null : priority % 8,
});

const orNull = (field = '-'): string | null => (field === '-' ? null : field);

function readModern(text: string, priority: number): Parsed<SyslogMessage> {
  const header = HEADER_5424.exec(text);
  if (!header) return refused('an RFC 5424 header has a time, host, application, process and message id');
  const [whole, time = '', host, app, process, id] = header;
  if (time !== '-' && !TIME_5424.test(time)) return refused('the time of an RFC 5424 header is RFC 3339');
  const data = readStructuredData(text.slice(whole.length));
  if (!data.ok) return data;
  const timeMs = time === '-' ? Number.NaN : Date.parse(time);
  return {
    ok: true,
    value: {
      protocol: 'rfc5424',
      ...partsOf(priority),
      timeMs: Number.isNaN(timeMs) ? null : timeMs,
      hostName: orNull(host),
      appName: orNull(app),
      processId: orNull(process),
      messageId: orNull(id),
      structuredData: data.value.elements,
      message: data.value.rest.replace(/^\uFEFF/, ''),
    },
  };
}

function readLegacy(text: string, priority: number | null, clock: SyslogClock): SyslogMessage {
  const time = readLegacyTime(text, clock);
  const afterTime = text.slice(time.length);
  // Without a time the first word may be anything: only a header names a host.
  const host = time.length === 0 || isBody(afterTime) ? null : hostAt(afterTime);
  const afterHost = host === null ? afterTime : afterTime.slice(host.length + 1);
  const tag = isBody(afterHost) ? null : TAG.exec(afterHost);
  return {
    protocol: 'rfc3164',
    ...partsOf(priority),
    timeMs: time.timeMs,
    hostName: host,
    appName: tag?.[1] ?? null,
    processId: tag?.[2] ?? null,
    messageId: null,
    structuredData: new Map(),
    message: tag ? afterHost.slice(tag[0].length) : afterHost,
  };
}

/** `CEF:0|` looks like a tag and is none. */
const isBody = (text: string): boolean => /^(?:CEF|LEEF): ?\d/.test(text);

/** The word after the time, unless it is the tag of a message without a host. */
function hostAt(text: string): string | null {
  const host = HOST.exec(text)?.[1];
  return host ?? null;
}
