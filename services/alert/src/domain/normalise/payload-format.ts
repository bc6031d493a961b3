import { isZeekTsv, parseCef, parseLeef, parseSyslog, parseZeekTsv, type SyslogMessage } from '@soc/sigma/formats';
import { z } from 'zod';
import { type DocumentList, documentsOfText, type ReadDocument } from '../document-list.ts';
import type { JsonObject } from './json-path.ts';

/** How a source writes its payloads. Texts are read line by line; `zeek` is Zeek's own format or JSON. */
export const PayloadFormat = z.enum(['json', 'cef', 'leef', 'syslog', 'zeek']);
export type PayloadFormat = z.infer<typeof PayloadFormat>;

/** What a payload cannot say of itself. */
export interface PayloadContext {
  readonly receivedAt: Date;
  /** Throws for what is not JSON. */
  readonly parseJson: (json: string) => unknown;
  /** How far clocks of syslog senders that name no zone are ahead of UTC. */
  readonly offsetMinutes: number;
  /** That the payload is one document of its own, so that a message framed by its length keeps its line feeds. */
  readonly isOneDocument?: boolean;
}

/** The documents of a payload in the source's format, each with its text as it was received. */
export function documentsOfFormat(format: PayloadFormat, body: string, context: PayloadContext): DocumentList {
  const { parseJson } = context;
  if (format === 'json') return documentsOfText(body, parseJson);
  if (format === 'zeek') return isZeekTsv(body) ? listOf(zeekDocuments(body)) : documentsOfText(body, parseJson);
  const filled = body.split('\n').filter((line) => line.trim() !== '');
  const lines = context.isOneDocument && filled.length > 1 ? [body] : filled;
  return { length: lines.length, read: (index) => readLine(format, lines[index] ?? '', context) };
}

const listOf = (documents: readonly ReadDocument[]): DocumentList => ({
  length: documents.length,
  read: (index) => documents[index] ?? { ok: false, reason: 'no such document' },
});

/** Records and problems in the order of their lines. */
function zeekDocuments(body: string): readonly ReadDocument[] {
  const { records, problems } = parseZeekTsv(body);
  const read = [
    ...records.map(({ line, path, fields, header, text }) => ({
      line,
      document: { ok: true as const, value: { _path: path, ...fields }, text: `${header}\n${text}` },
    })),
    ...problems.map(({ line, reason }) => ({
      line,
      document: { ok: false as const, reason: `line ${line}: ${reason}` },
    })),
  ];
  return read.toSorted((a, b) => a.line - b.line).map(({ document }) => document);
}

function readLine(
  format: 'cef' | 'leef' | 'syslog',
  line: string,
  { receivedAt, offsetMinutes }: PayloadContext,
): ReadDocument {
  const read = syslogDocument(line, { nowMs: receivedAt.getTime(), offsetMinutes });
  if (!read.ok) return read;
  if (format !== 'syslog' && read.body !== format) return { ok: false, reason: `no ${format.toUpperCase()} message` };
  return { ok: true, value: read.value, text: line };
}

export type SyslogDocument =
  | { readonly ok: true; readonly body: 'cef' | 'leef' | 'plain'; readonly value: JsonObject }
  | { readonly ok: false; readonly reason: string };

/**
 * A syslog message as mappings read it: its header as `syslog`, its body as `cef` or `leef` where it is one. What begins as one
 * and is broken is refused: it would otherwise be taken for a plain line and lost among them.
 */
export function syslogDocument(
  text: string,
  clock: { readonly nowMs: number; readonly offsetMinutes?: number },
): SyslogDocument {
  const parsed = parseSyslog(text, clock);
  if (!parsed.ok) return parsed;
  const syslog = headerOf(parsed.value);
  const body = bodyOf(parsed.value.message);
  if (/^CEF: ?\d/.test(body)) {
    const cef = parseCef(body);
    if (!cef.ok) return cef;
    const extension = Object.fromEntries(cef.value.extension);
    return {
      ok: true,
      body: 'cef',
      value: { syslog, cef: { ...cef.value, extension, custom: customFields(cef.value.extension) } },
    };
  }
  if (/^LEEF: ?\d/.test(body)) {
    const leef = parseLeef(body);
    if (!leef.ok) return leef;
    const attributes = Object.fromEntries(leef.value.attributes);
    return { ok: true, body: 'leef', value: { syslog, leef: { ...leef.value, attributes } } };
  }
  return { ok: true, body: 'plain', value: { syslog } };
}

/** Where a body may begin: devices put words of their own between the header and CEF. */
const BODY_WITHIN = 512;

function bodyOf(message: string): string {
  const start = /(?:^|\s)(?=(?:CEF|LEEF): ?\d)/.exec(message.slice(0, BODY_WITHIN));
  return start ? message.slice(start.index).trimStart() : message;
}

const headerOf = ({ timeMs, structuredData, ...header }: SyslogMessage): JsonObject => ({
  ...header,
  time: timeMs === null ? null : new Date(timeMs).toISOString(),
  structuredData: Object.fromEntries(
    [...structuredData].map(([id, parameters]) => [id, Object.fromEntries(parameters)]),
  ),
});

/** `cs1Label=Rule cs1=X` is a field called Rule. */
function customFields(extension: ReadonlyMap<string, string>): JsonObject {
  const custom: [string, string][] = [];
  for (const [key, label] of extension) {
    const value = key.endsWith('Label') ? extension.get(key.slice(0, -'Label'.length)) : undefined;
    if (value !== undefined && label !== '') custom.push([label, value]);
  }
  return Object.fromEntries(custom);
}
