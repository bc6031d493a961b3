import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { SearchUnavailableError } from '../../ports/search-index.ts';

export interface SearchClientOptions {
  readonly urls: readonly string[];
  /** The header `authorization`, if the server asks for one. */
  readonly authorization?: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
}

export interface SearchCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** JSON as text, or lines of it for `_bulk`. */
  readonly body?: string | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** What takes long and would run twice: it is sent to a second node only when the first was not reached. */
  readonly isSentOnce?: boolean;
}

/** Talks to the nodes of a search server over plain HTTP. */
export interface SearchClient {
  /** Answers what the server says, 4xx included. Throws `SearchUnavailableError`. */
  readonly call: (call: SearchCall) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** As `call`, but throws `SearchServerError` for what is not 2xx. */
  readonly expect: (call: SearchCall) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** The server refuses what it was asked for. */
export class SearchServerError extends Error {
  override readonly name = 'SearchServerError';
}

const DEFAULT_TIMEOUT_MS = 10_000;
const LATER: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
/** Nothing was sent. */
const NOT_REACHED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CONNECTIONS_PER_NODE = 8;

/** The reason in an answer of the server, for the log. */
const reasonIn = (body: unknown): string => JSON.stringify(body).slice(0, 1_000);

const wasNotReached = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NOT_REACHED.has(error.code);

export function createSearchClient({ urls, authorization, ca }: SearchClientOptions): SearchClient {
  const agent = new Agent({
    connections: CONNECTIONS_PER_NODE,
    connect: { timeout: 3_000, ...(ca !== undefined && { ca }) },
  });
  let turn = 0;

  const once = async (base: string, { method, path, body, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: SearchCall) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const answer = await request(new URL(path, base), {
      method,
      dispatcher: agent,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && {
          'content-type': path.includes('_bulk') ? 'application/x-ndjson' : 'application/json',
        }),
      },
      ...(body !== undefined && { body }),
    });
    const text = await answer.body.text();
    if (LATER.has(answer.statusCode)) {
      throw new SearchUnavailableError(`the search server answered ${answer.statusCode}: ${text.slice(0, 500)}`);
    }
    return { status: answer.statusCode, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };

  /** What is asked of the server may be asked twice, if it does not say otherwise: writes carry versions. */
  const call: SearchClient['call'] = async (asked) => {
    let failure: unknown;
    for (let attempt = 0; attempt < Math.max(2, urls.length); attempt++) {
      const base = urls[turn++ % urls.length] ?? '';
      try {
        return await once(base, asked);
      } catch (error) {
        failure = error;
        if (asked.signal?.aborted || error instanceof SearchUnavailableError) break;
        if (asked.isSentOnce === true && !wasNotReached(error)) break;
        await delay(20);
      }
    }
    asked.signal?.throwIfAborted();
    if (failure instanceof SearchUnavailableError) throw failure;
    const code = failure instanceof Error ? failure.message : String(failure);
    throw new SearchUnavailableError(`the search server does not answer: ${code}`, { cause: failure });
  };
  return {
    call,
    expect: async (asked) => {
      const { status, body } = await call(asked);
      if (status < 200 || status > 299) {
        throw new SearchServerError(`${asked.method} ${asked.path} was answered ${status}: ${reasonIn(body)}`);
      }
      return body;
    },
    close: () => agent.destroy(),
  };
}
