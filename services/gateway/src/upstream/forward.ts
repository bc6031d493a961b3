import type { Readable } from 'node:stream';
import { type Deadline, TIMEOUT_HEADER } from '../domain/deadline.ts';
import type { Outcome, Repeatable } from '../domain/outcome.ts';
import { type AnswerSink, Exchange } from './exchange.ts';
import type { Instance } from './instance.ts';
import type { RequestBody } from './request-body.ts';
import type { ClientConnection } from './tunnel.ts';
import type { Waiting } from './waiting.ts';

/** One request on its way to an instance. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly path: string;
  /** Names and values in turn. */
  readonly fields: readonly string[];
  readonly body: RequestBody;
  /** Whatever its method says. */
  readonly isOnce?: boolean | undefined;
  readonly headersTimeoutMs: number;
  /** Longest pause within the answer; 0 for none. */
  readonly bodyTimeoutMs: number;
  /** The client's connection, for a request to make a websocket of it. */
  readonly upgrade?: ClientConnection | undefined;
  /** By when the answer must be there, or begin when it is streamed; absent for what may take as long as it flows. */
  readonly deadline?: Deadline | undefined;
}

/** What decides whether a request may be sent again. */
export const repeatableOf = ({ method, body, isOnce }: UpstreamRequest): Repeatable => ({
  method,
  isReplayable: body.kind !== 'streamed' && isOnce !== true,
});

/** Of one attempt to have a request answered. */
export interface Attempt {
  readonly sink: AnswerSink;
  /** Of the request's deadline. */
  readonly leftMs: number | undefined;
  /** Where it is while it has no answer. */
  readonly waiting: Waiting<Exchange> | undefined;
}

/**
 * Sends a request to an instance and its answer to the client. Calls `ended` when the answer is known: all of it when it is
 * small, its head when it is streamed. A stream that breaks later takes the client's connection with it, which is the
 * only way to tell in HTTP/1.1. Nothing is buffered beyond what the sockets take.
 */
export function forward(
  instance: Pick<Instance, 'pool' | 'wires'>,
  request: UpstreamRequest,
  { sink, leftMs, waiting }: Attempt,
  ended: (outcome: Outcome) => void,
): void {
  if (sink.raw.destroyed) return ended({ kind: 'abandoned', reason: 'the client left' });
  const { deadline, upgrade } = request;
  // What the endpoint may take is measured by who sends it.
  const expiresInMs = deadline?.isClients ? deadline.atMs - performance.now() : undefined;
  const exchange = new Exchange(
    request.method,
    sink,
    (outcome) => {
      waiting?.delete(exchange);
      ended(outcome);
    },
    { expiresInMs, upgrade },
  );
  waiting?.add(exchange);
  send(instance, request, leftMs, exchange);
}

/** Plainly where it can be; undici does what is not plain: a body that is still coming, an upgrade, TLS. */
function send(
  { pool, wires }: Pick<Instance, 'pool' | 'wires'>,
  request: UpstreamRequest,
  leftMs: number | undefined,
  exchange: Exchange,
): void {
  const { method, path, body, upgrade, headersTimeoutMs, bodyTimeoutMs } = request;
  const fields = leftMs === undefined ? request.fields : [...request.fields, TIMEOUT_HEADER, String(leftMs)];
  if (wires && body.kind !== 'streamed' && !upgrade) {
    const bytes = body.kind === 'held' ? body.bytes : null;
    const untilHeadMs = Math.min(headersTimeoutMs, leftMs ?? headersTimeoutMs);
    wires.dispatch({ method, path, fields, body: bytes, headersTimeoutMs: untilHeadMs, bodyTimeoutMs }, exchange);
    return;
  }
  pool.dispatch(
    {
      method,
      path,
      headers: [...fields],
      body: bodyOf(body),
      headersTimeout: leftMs === undefined ? headersTimeoutMs : headersTimeoutOf(headersTimeoutMs, leftMs),
      bodyTimeout: bodyTimeoutMs,
      upgrade: upgrade ? 'websocket' : null,
    },
    exchange,
  );
}

/** Undici's clock goes by half seconds and is set anew for every other time-out: what is all but the whole is taken for it. */
const headersTimeoutOf = (wholeMs: number, leftMs: number): number => (leftMs < wholeMs - 100 ? leftMs : wholeMs);

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
