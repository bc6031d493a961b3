import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { currentSpan } from './current-span.ts';
import { errorCodeOf } from './error-code.ts';
import type { Span } from './span.ts';

/** What undici tells of a request; the same of Node's own `fetch`. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
}

type Request = UndiciRequest | ClientRequest;

/** By request: several who listen in one process tell of it once. */
const spans = new WeakMap<Request, Span>();

const begin = (request: Request, method: string, target: string): void => {
  const parent = spans.has(request) ? undefined : currentSpan();
  if (!parent || !URL.canParse(target)) return;
  // The host and no more: paths of webhooks are credentials, and queries are of whoever asks.
  const { hostname, port, protocol } = new URL(target);
  const attributes = {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  spans.set(request, parent.start(method, { kind: 'client', attributes }));
};

const answered = (request: Request, status: number | undefined): void =>
  spans
    .get(request)
    ?.set({ 'http.response.status_code': status, ...(Number(status) >= 400 && { 'error.type': String(status) }) });

const end = (request: Request, error?: unknown): void => {
  spans.get(request)?.end(error === undefined ? undefined : errorCodeOf(error));
  spans.delete(request);
};

/** Each channel gives an object whose keys its documentation names. */
const LISTENERS: Readonly<Record<string, (message: unknown) => void>> = {
  'undici:request:create': (message) => {
    const { request } = message as { readonly request: UndiciRequest };
    begin(request, request.method, String(request.origin));
  },
  'undici:request:headers': (message) => {
    const { request, response } = message as {
      readonly request: UndiciRequest;
      readonly response: { readonly statusCode: number };
    };
    answered(request, response.statusCode);
  },
  'undici:request:trailers': (message) => end((message as { readonly request: UndiciRequest }).request),
  'undici:request:error': (message) => {
    const { request, error } = message as { readonly request: UndiciRequest; readonly error: unknown };
    end(request, error);
  },
  'http.client.request.created': (message) => {
    const { request } = message as { readonly request: ClientRequest };
    begin(request, request.method, `${request.protocol}//${String(request.getHeader('host') ?? request.host)}`);
  },
  'http.client.response.finish': (message) => {
    const { request, response } = message as { readonly request: ClientRequest; readonly response: IncomingMessage };
    answered(request, response.statusCode);
    end(request);
  },
  'http.client.request.error': (message) => {
    const { request, error } = message as { readonly request: ClientRequest; readonly error: unknown };
    end(request, error);
  },
};

/**
 * Has requests that are sent by undici, `fetch` or `node:http` told as spans of what sends them, through the channels that Node
 * has for it: nothing is patched. No trace context goes with them, for most go to others. Returns what ends it.
 */
export function traceOutgoingHttp(): () => void {
  for (const [name, listener] of Object.entries(LISTENERS)) subscribe(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(LISTENERS)) unsubscribe(name, listener);
  };
}
