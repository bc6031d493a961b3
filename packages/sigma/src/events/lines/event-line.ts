import { parseCef } from '../../formats/cef.ts';
import { parseLeef } from '../../formats/leef.ts';
import { parseSyslog } from '../../formats/syslog.ts';
import { ZeekLines, type ZeekProblem, type ZeekRecord } from '../../formats/zeek-tsv.ts';
import { isObject, type JsonObject } from '../event-fields.ts';
import { parseAccessLine } from './access-line.ts';
import { parseAuditLine } from './audit-line.ts';
import { W3cLines } from './w3c-lines.ts';

/** What a line of a log holds: an event, a reason why there is none, or null where none is expected, as in a header. */
export type EventLine = { readonly event: JsonObject } | { readonly reason: string } | null;

export interface EventLineOptions {
  /** Milliseconds since 1970: syslog names no year. */
  readonly nowMs: number;
  /** Whether text of no known format is an event too, whose `message` it is; else it has a reason. */
  readonly keepsText?: boolean;
}

/**
 * Reads the lines of one log, in order: NDJSON, Zeek's TSV and W3C extended logs under their headers, CEF and LEEF with or
 * without syslog before them, auditd, access logs and syslog.
 */
export function createEventLineReader({ nowMs, keepsText = false }: EventLineOptions): (text: string) => EventLine {
  const zeek = new ZeekLines();
  const w3c = new W3cLines();
  let isOther = false;

  /** Where lines of another kind were read, `# …` is one of them: it must not decide how those after it are read. */
  const takesHeader = (text: string): boolean => {
    if (isOther || !text.startsWith('#')) return false;
    if (!zeek.hasFields && w3c.takesHeader(text)) return true;
    return !w3c.hasFields && zeek.takesHeader(text);
  };

  const readPlain = (text: string): EventLine => {
    if (zeek.hasFields) return eventOfZeek(zeek.read(text, 1));
    const known = w3c.hasFields ? w3c.read(text) : readKnownText(text, nowMs);
    if (known) return { event: known };
    return keepsText ? { event: { message: text } } : { reason: 'it is neither JSON nor a log format known here' };
  };

  return (line) => {
    const text = line.replace(/\r$/, '');
    if (text.trim() === '' || takesHeader(text)) return null;
    const read = /^\s*\{/.test(text) ? readJson(text) : readPlain(text);
    isOther ||= read !== null && 'event' in read && !zeek.hasFields && !w3c.hasFields;
    return read;
  };
}

function readJson(text: string): EventLine {
  try {
    const event: unknown = JSON.parse(text);
    return isObject(event) ? { event } : { reason: 'it is no JSON object' };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : 'it is no JSON' };
  }
}

function eventOfZeek(read: ZeekRecord | ZeekProblem): EventLine {
  if ('reason' in read) return { reason: read.reason };
  return { event: read.path === '' ? read.fields : { _path: read.path, ...read.fields } };
}

const readKnownText = (text: string, nowMs: number): JsonObject | undefined =>
  readCef(text) ?? readLeef(text) ?? parseAuditLine(text) ?? parseAccessLine(text) ?? readSyslog(text, nowMs);

function readCef(text: string): JsonObject | undefined {
  const start = text.indexOf('CEF:');
  const read = start >= 0 && start < 300 ? parseCef(text.slice(start)) : undefined;
  if (!read?.ok) return undefined;
  const { extension, ...header } = read.value;
  return { ...Object.fromEntries(extension), ...header };
}

function readLeef(text: string): JsonObject | undefined {
  const start = text.indexOf('LEEF:');
  const read = start >= 0 && start < 300 ? parseLeef(text.slice(start)) : undefined;
  if (!read?.ok) return undefined;
  const { vendor, product, eventId, attributes } = read.value;
  return { ...Object.fromEntries(attributes), deviceVendor: vendor, deviceProduct: product, signatureId: eventId };
}

/** Lines without a priority are syslog when they begin with a date as syslog writes it. */
const SYSLOG = /^(?:<\d{1,3}>|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d )/;

function readSyslog(text: string, nowMs: number): JsonObject | undefined {
  if (!SYSLOG.test(text)) return undefined;
  const read = parseSyslog(text, { nowMs });
  if (!read.ok) return undefined;
  const { message, appName, hostName, processId, timeMs } = read.value;
  return { message, programname: appName ?? '', hostname: hostName, procid: processId, timestamp: timeMs };
}
