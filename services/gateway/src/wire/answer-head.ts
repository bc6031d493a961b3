import type { Headers } from '../domain/headers.ts';
import { WireError } from './answer.ts';
import { fieldName, TEXT } from './grammar.ts';

/** How the end of a body is known (RFC 9112, section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until_close' };

export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
  readonly framing: Framing;
  /** For how long the connection may be used again; 0 for not at all. */
  readonly reusableMs: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)[ \r]/;

/** Anything but text, blanks, and line ends that are whole (RFC 9110, section 5.5). */
const NOT_IN_A_HEAD = new RegExp(`[^\\r\\n${TEXT}]|\\r(?!\\n)|(?<!\\r)\\n`);

const DIGITS = /^\d{1,15}$/;
const isBlank = (code: number): boolean => code === 32 || code === 9;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const TIMEOUT = /(?:^|,)[\t ]*timeout=(\d{1,9})[\t ]*(?:,|$)/i;

/** An instance may count from a moment that is earlier than ours. */
const TIMEOUT_MARGIN_MS = 1_000;

/** Without the names of every object, any of which a field may have, and quick where an object without a prototype is not. */
const NOTHING = Object.freeze(Object.create(null) as object);

type Fields = Record<string, string | string[]>;

const bad = (what: string): WireError => new WireError('BAD_ANSWER', what);

function add(fields: Fields, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else fields[name] = [before, value];
}

const FRAMING_FIELDS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

function valueOf(name: string, head: string, start: number, end: number): string {
  // Almost always one blank before it, and nothing else to take away.
  let from = head.charCodeAt(start) === 32 ? start + 1 : start;
  let to = end;
  const hasMore = isBlank(head.charCodeAt(from)) || isBlank(head.charCodeAt(to - 1));
  // Other readers of HTTP differ in whether blanks belong to these.
  if (hasMore && FRAMING_FIELDS.has(name)) throw bad('a framing with blanks around it');
  while (from < to && isBlank(head.charCodeAt(from))) from += 1;
  while (from < to && isBlank(head.charCodeAt(to - 1))) to -= 1;
  return head.slice(from, to);
}

/** Of a head's lines from `at` on; each ends in CRLF, which is no part of it. */
function fieldsOf(head: string, start: number): Fields {
  const fields = Object.create(NOTHING) as Fields; // which is `any` to the compiler
  for (let at = start; at < head.length;) {
    const end = head.indexOf('\r\n', at);
    const colon = head.indexOf(':', at);
    // A line that begins with a blank once went on the one before it; it has no name.
    const name = colon === -1 || colon > end ? undefined : fieldName(head.slice(at, colon));
    if (name === undefined) throw bad('a line of the head is no field');
    add(fields, name, valueOf(name, head, colon + 1, end));
    at = end + 2;
  }
  return fields;
}

const isWithoutBody = (method: string, status: number): boolean =>
  method === 'HEAD' || status < 200 || status === 204 || status === 304;

/** More than one way to tell where a body ends is how one answer is made two: it is no answer then. */
function framingOf(method: string, status: number, { 'content-length': length, 'transfer-encoding': coding }: Fields) {
  if (length !== undefined && (typeof length !== 'string' || !DIGITS.test(length))) throw bad('a length that is none');
  if (coding !== undefined && (length !== undefined || typeof coding !== 'string' || !/^chunked$/i.test(coding))) {
    throw bad('an encoding beside chunked, or beside a length');
  }
  if (isWithoutBody(method, status)) return { kind: 'none' } as const;
  if (coding !== undefined) return { kind: 'chunked' } as const;
  if (length === undefined) return { kind: 'until_close' } as const;
  return { kind: 'length', bytes: Number(length) } as const;
}

const textOf = (field: string | string[] | undefined): string => (typeof field === 'string' ? field : '');

function reusableMsOf(minor: string, framing: Framing, fields: Fields, longestMs: number): number {
  const { connection, 'keep-alive': keepAlive } = fields;
  if (minor === '0' || framing.kind === 'until_close' || Array.isArray(connection)) return 0;
  if (connection !== undefined && connection !== 'keep-alive' && CLOSE.test(connection)) return 0;
  const [, seconds] = keepAlive === undefined ? [] : (TIMEOUT.exec(textOf(keepAlive)) ?? []);
  if (seconds === undefined) return longestMs;
  return Math.max(0, Math.min(longestMs, Number(seconds) * 1_000 - TIMEOUT_MARGIN_MS));
}

/**
 * Reads the head of an answer: its status line and its fields, each with its line end. Stricter than RFC 9112 asks, since whatever
 * is read here in one way could be read in another by the client. Throws `WireError` for what is no head.
 */
export function readHead(head: string, method: string, longestMs: number): AnswerHead {
  const [line, minor = '', digits] = STATUS_LINE.exec(head) ?? [];
  if (line === undefined || NOT_IN_A_HEAD.test(head)) throw bad('no head of an answer');
  const status = Number(digits);
  // It is never asked for here.
  if (status === 101) throw bad('another protocol, which nobody asked for');
  const headers = fieldsOf(head, head.indexOf('\r\n') + 2);
  const framing = framingOf(method, status, headers);
  return { status, headers, framing, reusableMs: reusableMsOf(minor, framing, headers, longestMs) };
}
