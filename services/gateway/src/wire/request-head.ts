import { fieldName, TEXT } from './grammar.ts';

/** A request whose body is here, or that has none. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case and values in turn, without how the body is framed, which is said here. */
  readonly fields: readonly string[];
  readonly body: Buffer | null;
  /** From when it is sent until the head of the answer; and for how long it may wait in line before. */
  readonly headersTimeoutMs: number;
  /** Longest pause within the answer; 0 for none. */
  readonly bodyTimeoutMs: number;
}

const METHOD = /^[A-Z]+$/;
const PATH = /^\/[\x21-\x7e\x80-\xff]*$/;
const NOT_IN_A_VALUE = new RegExp(`[^${TEXT}]`);

/** Framing of a connection is said by who makes the connection. */
const NOT_SENT: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'host']);

/** Say something by a body that is empty (RFC 9110, section 8.6). */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** The head as it goes out, as latin1. Undefined for a request that would be read as another. */
export function requestHead({ method, path, fields, body }: WireRequest, host: string): string | undefined {
  if (!METHOD.test(method) || !PATH.test(path)) return undefined;
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    if (NOT_SENT.has(name)) continue;
    if (fieldName(name) === undefined || NOT_IN_A_VALUE.test(value)) return undefined;
    head += `${name}: ${value}\r\n`;
  }
  if (body !== null || EXPECTS_BODY.has(method)) head += `content-length: ${body?.length ?? 0}\r\n`;
  return `${head}\r\n`;
}
