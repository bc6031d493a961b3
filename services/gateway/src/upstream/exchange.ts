import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Headers } from '../domain/headers.ts';
import type { Failure, Outcome } from '../domain/outcome.ts';
import type { AnswerHandler, Flow } from '../wire/answer.ts';
import { TOKEN } from '../wire/grammar.ts';
import { atTurnsEnd, type Late } from '../wire/turn.ts';
import { BODY_TOO_LARGE } from './request-body.ts';
import { type ClientConnection, tunnel } from './tunnel.ts';
import { type Waiter, WAITS_NOWHERE } from './waiting.ts';

/** The client's side of an answer. */
export interface AnswerSink {
  readonly raw: ServerResponse;
  /** What is called once the answer is closed, also when the client has left. */
  readonly atClose: (() => void)[];
  /** The names of the instances that are asked, in order, from when they are: an answer may be closed before it is counted. */
  readonly asked: string[];
  /** Writes the head of the answer. From here on the answer cannot be replaced. Throws for a field that is not HTTP. */
  readonly begin: (status: number, headers: Headers) => void;
  /** What counts an attempt has failed, which nothing of an answer can tell. */
  readonly fail: (error: unknown) => void;
}

/** Answers up to this size are held and written once; nothing of them reaches the client when they break. */
const HELD_BYTES = 64 * 1024;

/** As a string, which is copied, up to this size. */
const STRING_BYTES = 16 * 1024;

/**
 * A body as Node writes it best: a latin1 string goes with the head as one piece in one write, where bytes beside a head are two,
 * gathered first, and that takes twice the time.
 */
function pieceOf(held: readonly Buffer[]): Buffer | string {
  const [only] = held;
  const bytes = held.length === 1 && only ? only : Buffer.concat(held);
  return bytes.length <= STRING_BYTES ? bytes.toString('latin1') : bytes;
}

/** Has no body by RFC 9110, section 6.4.1, or a length that is small. */
function isHeld(method: string, status: number, length: Headers[string]): boolean {
  return (
    method === 'HEAD' || status === 204 || status === 304 || (length !== undefined && Number(length) <= HELD_BYTES)
  );
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);

/** By the codes of our own connections, and of undici's. */
const MALFORMED = new Set<string>([BODY_TOO_LARGE, 'BAD_REQUEST', 'UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);
const TIMED_OUT = new Set(['HEADERS_TIMEOUT', 'BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function failureOf(error: Error, wasSent: boolean): Failure {
  const code = codeOf(error);
  if (MALFORMED.has(code)) return 'malformed';
  if (!wasSent) return 'unreachable';
  return TIMED_OUT.has(code) ? 'timed_out' : 'broken';
}

const EARLY_HINTS = 103;
/** Of one answer; there is no reason for many. */
const MAX_HINTS = 8;
/** What Node takes for a link (RFC 8288), in time that grows with its length; Node's own check of what is none doubles with each parameter. */
const LINK = new RegExp(`^<[^>]*>(?:[\\t ]*;[\\t ]*${TOKEN}(?:=(?:${TOKEN}|"[^;"\\s]*"))?)*$`);

/**
 * One request under way and its answer, between an instance and the client. A class, since there is one for every request: its
 * methods are made once, and a dozen closures would be made each time.
 */
export class Exchange implements AnswerHandler, Dispatcher.DispatchHandler, Late, Waiter {
  waitsAt = WAITS_NOWHERE;
  readonly #method: string;
  readonly #sink: AnswerSink;
  /** Called once. */
  readonly #ended: (outcome: Outcome) => void;
  readonly #upgrade: ClientConnection | undefined;
  readonly #expiry: NodeJS.Timeout | undefined;
  #sending: Flow | undefined;
  #status = 0;
  #head: Headers = {};
  #held: Buffer[] | undefined;
  #isStreaming = false;
  #isPaused = false;
  #hints = 0;
  #isOver = false;

  /** `expiresInMs` when the client waits for so long and no longer; `upgrade` when its connection may become another. */
  constructor(
    method: string,
    sink: AnswerSink,
    ended: (outcome: Outcome) => void,
    {
      expiresInMs,
      upgrade,
    }: { readonly expiresInMs: number | undefined; readonly upgrade: ClientConnection | undefined },
  ) {
    this.#method = method;
    this.#sink = sink;
    this.#ended = ended;
    this.#upgrade = upgrade;
    if (expiresInMs !== undefined) {
      this.#expiry = setTimeout(() => this.#giveUp({ kind: 'expired', reason: 'the deadline passed' }), expiresInMs);
    }
    // Stays when it is over: then it does nothing.
    sink.atClose.push(() => this.#giveUp({ kind: 'abandoned', reason: 'the client left' }));
  }

  /** The instance fell silent: what it has not begun to answer may be asked of another. */
  leaveBehind(): void {
    if (!this.#isStreaming) this.#giveUp({ kind: 'silent', reason: 'the instance fell silent' });
  }

  #giveUp(outcome: Extract<Outcome, { kind: Failure }>): void {
    if (this.#isOver) return;
    this.#end(outcome);
    this.#sending?.abort(new Error(outcome.reason));
  }

  #end(outcome: Outcome): void {
    this.#isOver = true;
    if (this.#expiry) clearTimeout(this.#expiry);
    // Of a stream it is known since its head.
    if (!this.#isStreaming) this.#ended(outcome);
  }

  onRequestStart(flow: Flow): void {
    this.#sending = flow;
    if (this.#isOver) flow.abort(new Error('nobody waits for it'));
  }

  onResponseStart(_: Flow, status: number, headers: Headers): void {
    if (this.#isOver) return;
    if (status < 200) return this.#inform(status, headers);
    this.#status = status;
    this.#head = headers;
    if (isHeld(this.#method, status, headers['content-length'])) {
      this.#held = [];
      return;
    }
    if (this.#expiry) clearTimeout(this.#expiry);
    this.#sink.begin(status, headers);
    this.#sink.raw.flushHeaders();
    this.#isStreaming = true;
    this.#ended({ kind: 'answered', status });
  }

  /** RFC 9110, section 15.2: what is interim goes on. Hints are the only ones a service sends unasked. */
  #inform(status: number, { link }: Headers): void {
    const { raw } = this.#sink;
    const links = typeof link === 'string' ? [link] : link;
    if (status !== EARLY_HINTS || !Array.isArray(links) || !links.every((one) => LINK.test(one))) return;
    if (raw.headersSent || raw.req.httpVersionMinor < 1 || this.#hints >= MAX_HINTS) return;
    this.#hints += 1;
    try {
      raw.writeEarlyHints({ link: links });
    } catch {
      // A hint that is none is no reason to refuse the answer.
    }
  }

  onRequestUpgrade(_: Flow, status: number, headers: Headers, socket: Duplex): void {
    if (this.#isOver || !this.#upgrade) return void socket.destroy();
    this.#end({ kind: 'answered', status });
    // The only fields of the connection that go on: they are what was asked for.
    this.#sink.begin(status, { ...headers, connection: undefined });
    tunnel(this.#upgrade, socket);
  }

  onResponseData(flow: Flow, chunk: Buffer): void {
    if (this.#held) {
      this.#held.push(chunk);
    } else if (!this.#sink.raw.write(chunk) && !this.#isPaused) {
      this.#isPaused = true;
      flow.pause();
      this.#sink.raw.once('drain', () => {
        this.#isPaused = false;
        flow.resume();
      });
    }
  }

  /** Trailers end here: whoever has the head already could not have been told of them. */
  onResponseEnd(): void {
    if (this.#isOver) return;
    const { raw } = this.#sink;
    if (this.#held) {
      this.#sink.begin(this.#status, this.#head);
      atTurnsEnd(this);
    } else {
      raw.end();
    }
    this.#end({ kind: 'answered', status: this.#status });
  }

  /** Writes an answer that was held. */
  atTurnsEnd(): void {
    if (this.#held) this.#sink.raw.end(pieceOf(this.#held), 'latin1');
  }

  onResponseError(_: Flow, error: Error): void {
    if (this.#isOver) return;
    this.#end({ kind: failureOf(error, this.#sending !== undefined), reason: codeOf(error) });
    if (this.#isStreaming) this.#sink.raw.destroy();
  }
}
