import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import type { Deadline } from '../domain/deadline.ts';
import type { Failure, Outcome } from '../domain/outcome.ts';
import type { Headers } from '../domain/headers.ts';
import type { RequestBody } from './request-body.ts';

/** One request on its way to an instance. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly path: string;
  /** Names and values in turn. */
  readonly fields: string[];
  readonly body: RequestBody;
  readonly headersTimeoutMs: number;
  /** Longest pause within the answer; 0 for none. */
  readonly bodyTimeoutMs: number;
  /** By when the answer must be there, or begin when it is streamed; absent for what may take as long as it flows. */
  readonly deadline?: Deadline | undefined;
}

/** The client's side of an answer. */
export interface AnswerSink {
  readonly raw: ServerResponse;
  /** Writes the head of the answer. From here on the answer cannot be replaced. Throws for a field that is not HTTP. */
  readonly begin: (status: number, headers: Headers) => void;
}

/** Answers up to this size are held and written once; nothing of them reaches the client when they break. */
const HELD_BYTES = 64 * 1024;

/** Has no body by RFC 9110, section 6.4.1, or a length that is small. */
function isHeld(method: string, status: number, length: Headers[string]): boolean {
  return (
    method === 'HEAD' || status === 204 || status === 304 || (length !== undefined && Number(length) <= HELD_BYTES)
  );
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);

function failureOf(error: Error, wasSent: boolean): Failure {
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return 'malformed';
  if (!wasSent) return 'unreachable';
  return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' ? 'timed_out' : 'broken';
}

/**
 * Sends a request to an instance and its answer to the client. Resolves when the answer is known: all of it when it is
 * small, its head when it is streamed. A stream that breaks later takes the client's connection with it, which is the
 * only way to tell in HTTP/1.1. Nothing is buffered beyond what the sockets take.
 */
export function forward(pool: Pool, request: UpstreamRequest, sink: AnswerSink): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const { raw } = sink;
  if (raw.destroyed) return Promise.resolve({ kind: 'abandoned', reason: 'the client left' });

  let sending: Dispatcher.DispatchController | undefined;
  let status = 0;
  let head: Headers = {};
  let held: Buffer[] | undefined;
  let isStreaming = false;
  let isOver = false;

  const leave = (): void => {
    if (isOver) return;
    end({ kind: 'abandoned', reason: 'the client left' });
    sending?.abort(new Error('the client left'));
  };
  const expire = (): void => {
    if (isOver) return;
    end({ kind: 'expired', reason: 'the deadline passed' });
    sending?.abort(new Error('the deadline passed'));
  };
  // What the endpoint may take is undici's to measure.
  const expiry = request.deadline?.isClients
    ? setTimeout(expire, request.deadline.atMs - performance.now())
    : undefined;
  const end = (outcome: Outcome): void => {
    isOver = true;
    clearTimeout(expiry);
    raw.removeListener('close', leave);
    resolve(outcome);
  };
  raw.once('close', leave);

  pool.dispatch(
    {
      method: request.method,
      path: request.path,
      headers: request.fields,
      body: bodyOf(request.body),
      headersTimeout: request.headersTimeoutMs,
      bodyTimeout: request.bodyTimeoutMs,
    },
    {
      onRequestStart: (controller) => {
        sending = controller;
        if (isOver) controller.abort(new Error('the client left'));
      },
      onResponseStart: (_, code, headers) => {
        if (code < 200 || isOver) return;
        [status, head] = [code, headers];
        if (isHeld(request.method, code, headers['content-length'])) {
          held = [];
          return;
        }
        clearTimeout(expiry);
        sink.begin(status, head);
        raw.flushHeaders();
        isStreaming = true;
        resolve({ kind: 'answered', status });
      },
      onResponseData: (controller, chunk) => {
        if (held) {
          held.push(chunk);
        } else if (!raw.write(chunk)) {
          controller.pause();
          raw.once('drain', () => controller.resume());
        }
      },
      onResponseEnd: () => {
        if (isOver) return;
        if (held) {
          sink.begin(status, head);
          raw.end(held.length === 1 ? held[0] : Buffer.concat(held));
        } else {
          raw.end();
        }
        end({ kind: 'answered', status });
      },
      onResponseError: (_, error) => {
        if (isOver) return;
        end({ kind: failureOf(error, sending !== undefined), reason: codeOf(error) });
        if (isStreaming) raw.destroy();
      },
    },
  );
  return promise;
}

function bodyOf(body: RequestBody): Buffer | Readable | null {
  switch (body.kind) {
    case 'none':
      return null;
    case 'held':
      return body.bytes;
    case 'streamed':
      return body.stream;
  }
}
