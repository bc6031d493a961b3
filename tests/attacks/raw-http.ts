import { connect } from 'node:net';

/** What came back over one connection. */
export interface RawExchange {
  readonly received: string;
  /** Status codes of the whole answers, in order; `0` for what is not HTTP/1.1. */
  readonly statuses: readonly number[];
  /** What came after the last whole answer. */
  readonly rest: string;
  /** Whether the other side closed the connection. */
  readonly isClosed: boolean;
}

/** A chunked body that starts at `from`, and where it ends; undefined while it is incomplete. */
export function chunkedBody(text: string, from: number): { readonly body: string; readonly end: number } | undefined {
  let body = '';
  for (let at = from; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const dataEnd = lineEnd + 2 + size;
    if (Number.isNaN(size) || text.length < dataEnd + 2) return undefined;
    if (size === 0) return { body, end: dataEnd + 2 };
    body += text.slice(lineEnd + 2, dataEnd);
    at = dataEnd + 2;
  }
}

/** A whole answer in front of `text`: its length, or undefined while some of it is missing. */
function answerLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const fields = text.slice(0, head);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(fields)?.[1] ?? 0);
  if (status === 100) return head + 4;
  const length = /\r\ncontent-length: *(\d+)/i.exec(fields)?.[1];
  if (length !== undefined) return head + 4 + Number(length) <= text.length ? head + 4 + Number(length) : undefined;
  if (/\r\ntransfer-encoding: *chunked/i.test(fields)) {
    return chunkedBody(text, head + 4)?.end;
  }
  return status === 204 || status === 304 ? head + 4 : undefined;
}

function answersIn(text: string): { readonly statuses: readonly number[]; readonly rest: string } {
  const statuses: number[] = [];
  let rest = text;
  for (let length = answerLength(rest); length !== undefined && rest !== ''; length = answerLength(rest)) {
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(rest)?.[1] ?? 0);
    if (status !== 100) statuses.push(status);
    rest = rest.slice(length);
  }
  return { statuses, rest };
}

/**
 * Writes bytes to a server as they are, and reads until `answers` whole answers are there, the server closes, or nothing
 * comes for `patienceMs`: what an attack leaves half open is never answered, and that must not be waited for.
 */
export function exchange(
  url: string,
  bytes: string | Buffer,
  { answers = 1, patienceMs = 1_000 }: { readonly answers?: number; readonly patienceMs?: number } = {},
): Promise<RawExchange> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<RawExchange>();
  let received = '';
  const socket = connect(Number(port), hostname);
  socket.setTimeout(patienceMs);
  const finish = (isClosed: boolean): void => {
    socket.destroy();
    resolve({ received, isClosed, ...answersIn(received) });
  };
  socket.on('connect', () => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes));
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    if (answersIn(received).statuses.length >= answers) finish(false);
  });
  socket.on('timeout', () => finish(false));
  socket.on('end', () => finish(true));
  socket.on('error', () => finish(true));
  return promise;
}

/** The lines of a request head, each ended as HTTP ends lines. */
export const lines = (...parts: readonly string[]): string => parts.map((part) => `${part}\r\n`).join('');
