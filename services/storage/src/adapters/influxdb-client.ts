import { Agent, fetch, type Headers, type Response } from 'undici';
import { MetricStoreUnavailableError } from '../ports/metric-store.ts';

export interface InfluxdbAccess {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  /** With 1.8 `database/retention policy`. */
  readonly bucket: string;
  /** PEM of the authority the server is trusted by; a public one when absent. */
  readonly ca?: string | undefined;
}

/**
 * What became of lines: all were taken, or some were not, and the server says why without saying which. `isOfLines` is
 * false when they are too much at once for something that stands before the server.
 */
export type WriteOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly isOfLines: boolean };

/** The answer has more bytes than are read. */
export class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError';
}

/** The part of the HTTP API of version 2 that InfluxDB 2.x and 1.8 both have; and one way each to delete. */
export interface InfluxdbClient {
  /** Gzipped line protocol with nanoseconds. Throws `MetricStoreUnavailableError` when it is to be sent again later. */
  readonly write: (gzippedLines: Uint8Array) => Promise<WriteOutcome>;
  /** The CSV of a Flux query. Throws `MetricStoreUnavailableError`, and `AnswerTooLongError` as soon as it is too long. */
  readonly query: (flux: string) => Promise<string>;
  /** Removes what a tenant has from before a time. Throws `MetricStoreUnavailableError`. */
  readonly remove: (tenantId: string, before: string) => Promise<void>;
}

const TIMEOUT_MS = 30_000;
/** As many steps as an answer may have, of ten aggregates, have about 30 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;
const TOO_LARGE = 413;
/** Of these a smaller part of the lines may be taken; after anything else all of them may, later. */
const OF_THE_LINES: ReadonlySet<number> = new Set([400, 413, 422]);

/** Seconds or a date (RFC 9110); undefined when it is neither. */
function retryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Whether InfluxDB itself answers, and nothing that stands before it and knows nothing of lines. */
function isInfluxdbs(headers: Headers, text: string): boolean {
  if (headers.has('x-influxdb-version')) return true;
  try {
    const error: unknown = JSON.parse(text);
    const isObject = typeof error === 'object' && error !== null;
    return isObject && 'code' in error && typeof error.code === 'string' && 'message' in error;
  } catch {
    return false;
  }
}

/** The text of an answer. Leaves off where it is too long. */
async function readText(answer: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  // What is left off is not sent: the connection is closed. A body gives bytes; its type says only that it gives something.
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new AnswerTooLongError(`an answer of more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

function refuse({ status, text, headers }: Answered): never {
  const error = new MetricStoreUnavailableError(`InfluxDB answers ${status}: ${text.slice(0, 500)}`);
  error.retryAfterMs = retryAfterMs(headers.get('retry-after'), Date.now());
  throw error;
}

/** `maxAnswerBytes`: 64 MiB when absent. */
export function createInfluxdbClient(
  { url, token, org, bucket, ca }: InfluxdbAccess,
  { maxAnswerBytes = MAX_ANSWER_BYTES }: { readonly maxAnswerBytes?: number } = {},
): InfluxdbClient {
  const trusting = ca === undefined ? {} : { dispatcher: new Agent({ connect: { ca } }) };
  const send = async (
    path: string,
    query: Readonly<Record<string, string>>,
    request: {
      readonly body: string | Uint8Array<ArrayBuffer> | URLSearchParams;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answered> => {
    const target = new URL(`${url.replace(/\/$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    try {
      const answer = await fetch(target, {
        method: 'POST',
        body: request.body,
        headers: { authorization: `Token ${token}`, ...request.headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
        ...trusting,
      });
      return { status: answer.status, text: await readText(answer, maxAnswerBytes), headers: answer.headers };
    } catch (error) {
      if (error instanceof AnswerTooLongError) throw error;
      throw new MetricStoreUnavailableError('InfluxDB does not answer', { cause: error });
    }
  };
  return {
    write: async (gzippedLines) => {
      const answer = await send(
        '/api/v2/write',
        { org, bucket, precision: 'ns' },
        {
          body: Uint8Array.from(gzippedLines),
          headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=utf-8' },
        },
      );
      if (answer.status === 204) return { ok: true };
      const isOfLines = OF_THE_LINES.has(answer.status) && isInfluxdbs(answer.headers, answer.text);
      if (!isOfLines && answer.status !== TOO_LARGE) refuse(answer);
      return { ok: false, reason: answer.text.slice(0, 500), isOfLines };
    },
    query: async (flux) => {
      const answer = await send(
        '/api/v2/query',
        { org },
        {
          body: JSON.stringify({ query: flux, dialect: { annotations: [], header: true } }),
          headers: { 'content-type': 'application/json', accept: 'application/csv' },
        },
      );
      return answer.status === 200 ? answer.text : refuse(answer);
    },
    remove: async (tenantId, before) => {
      const answer = await send(
        '/api/v2/delete',
        { org, bucket },
        {
          body: JSON.stringify({ start: '1970-01-01T00:00:00Z', stop: before, predicate: `tenant="${tenantId}"` }),
          headers: { 'content-type': 'application/json' },
        },
      );
      if (answer.status === 204) return;
      // 1.8 has no such endpoint, and a language of its own for it.
      if (answer.status !== 404) refuse(answer);
      const [db = '', rp = 'autogen'] = bucket.split('/');
      const q = `delete where "tenant" = '${tenantId}' and time < '${before}'`;
      const deleted = await send('/query', { db, rp }, { body: new URLSearchParams({ q }) });
      if (deleted.status !== 200 || deleted.text.includes('"error"')) refuse(deleted);
    },
  };
}
