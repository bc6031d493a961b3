import { connect, type Socket } from 'node:net';
import type { Headers } from '../domain/headers.ts';
import { WireError } from './answer.ts';
import { type AnswerParts, AnswerReader } from './answer-reader.ts';
import type { Carrier, Sending } from './sending.ts';
import { atTurnsEnd, type Late } from './turn.ts';

/** Where an instance is, and how long is waited for it. */
export interface WireEnd {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** How long a connection is kept that carries nothing. */
  readonly idleMs: number;
}

/** Hears what becomes of a connection. */
export interface WireWatch {
  /** It carries nothing. */
  readonly freed: (wire: Wire) => void;
  /** It is closed. `unsent` was given to it when it was free, and it wrote nothing of it: another may carry that. */
  readonly gone: (wire: Wire, unsent: Sending | undefined) => void;
}

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** With a head as one piece in one write; what is longer is not copied for that. */
const STRING_BYTES = 16 * 1024;

const TCP_PROBE_AFTER_MS = 60_000;

/** What all connections read into, one after the other: nobody holds on to it beyond the call that it is read in. */
const READ_INTO = Buffer.allocUnsafeSlow(64 * 1024);

/** One connection to an instance, which carries one request at a time. */
export class Wire implements AnswerParts, Carrier, Late {
  readonly #socket: Socket;
  readonly #reader: AnswerReader;
  readonly #watch: WireWatch;
  readonly #connecting: NodeJS.Timeout;
  readonly #idleMs: number;
  #sending: Sending | undefined;
  /** What it carries has been written, and so what comes is the answer. */
  #isWritten = false;
  #wasFree = false;
  #isPaused = false;
  #isGone = false;
  #closesAtMs = Number.POSITIVE_INFINITY;

  /** Connects, to carry `first`. */
  constructor({ host, port, connectTimeoutMs, idleMs }: WireEnd, first: Sending, watch: WireWatch) {
    this.#watch = watch;
    this.#idleMs = idleMs;
    this.#reader = new AnswerReader(this, idleMs);
    this.#sending = first;
    first.wire = this;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_PROBE_AFTER_MS,
      onread: {
        buffer: READ_INTO,
        callback: (length) => {
          this.#read(READ_INTO.subarray(0, length));
          return true;
        },
      },
    });
    this.#connecting = setTimeout(
      () => this.lose(new WireError('CONNECT_TIMEOUT', 'the instance does not take the connection')),
      connectTimeoutMs,
    );
    this.#socket.on('connect', () => this.#connected());
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('error', (error) => this.lose(error));
    this.#socket.on('close', () => this.lose(new WireError('CUT_OFF', 'the connection closed')));
  }

  /** Only when it carries nothing. */
  carry(sending: Sending): void {
    this.#sending = sending;
    this.#isWritten = false;
    sending.wire = this;
    atTurnsEnd(this);
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#sending) this.#waitForMore(this.#sending);
    this.#socket.resume();
  }

  /** Closes, and what it carries fails, unless another may carry it. */
  lose(error: Error): void {
    if (this.#isGone) return;
    const sending = this.#leave();
    sending?.handler.onResponseError(sending, error);
  }

  /** Closes when it has waited for too long, for an answer or for something to carry. */
  check(nowMs: number): void {
    const sending = this.#sending;
    if (!sending) {
      if (nowMs >= this.#closesAtMs) this.#leave();
    } else if (this.#isWritten && !this.#isPaused && nowMs >= sending.dueAtMs) {
      const code = this.#reader.hasHead ? 'BODY_TIMEOUT' : 'HEADERS_TIMEOUT';
      this.lose(new WireError(code, 'the instance does not answer in time'));
    }
  }

  head(status: number, headers: Headers): void {
    const sending = this.#sending;
    sending?.handler.onResponseStart(sending, status, headers);
  }

  data(bytes: Buffer): void {
    const sending = this.#sending;
    sending?.handler.onResponseData(sending, Buffer.from(bytes));
  }

  #connected(): void {
    clearTimeout(this.#connecting);
    atTurnsEnd(this);
  }

  /** Writes what it carries, once. */
  atTurnsEnd(): void {
    const sending = this.#sending;
    if (!sending || this.#isWritten) return; // given up meanwhile
    sending.handler.onRequestStart(sending);
    if (sending.isAborted) return this.#free(sending, this.#idleMs);
    this.#isWritten = true;
    sending.isSent = true;
    sending.dueAtMs = performance.now() + sending.headersTimeoutMs;
    this.#reader.expect(sending.method);
    this.#write(sending);
  }

  #free(sending: Sending, forMs: number): void {
    this.#sending = undefined;
    this.#isWritten = false;
    this.#wasFree = true;
    sending.wire = undefined;
    this.#closesAtMs = performance.now() + forMs;
    this.#watch.freed(this);
  }

  #write({ head, body }: Sending): void {
    if (body === null) {
      this.#socket.write(head, 'latin1');
    } else if (body.length <= STRING_BYTES) {
      this.#socket.write(head + body.toString('latin1'), 'latin1');
    } else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  #read(bytes: Buffer): void {
    const sending = this.#sending;
    // Nobody asked yet, and whoever is to ask would take it for the answer.
    if (!sending || !this.#isWritten) return this.lose(new WireError('BAD_ANSWER', 'an answer to nothing'));
    let came: ReturnType<AnswerReader['read']>;
    try {
      came = this.#reader.read(bytes);
    } catch (error) {
      return this.lose(errorOf(error));
    }
    if (this.#sending !== sending) return; // given up meanwhile
    if (came === 'more') this.#waitForMore(sending);
    else this.#finish(sending, came === 'whole');
  }

  #waitForMore(sending: Sending): void {
    if (!this.#reader.hasHead) return;
    const { bodyTimeoutMs } = sending;
    sending.dueAtMs = bodyTimeoutMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + bodyTimeoutMs;
  }

  #ended(): void {
    const sending = this.#sending;
    if (sending && this.#isWritten && this.#reader.close()) this.#finish(sending, false);
    else this.lose(new WireError('CUT_OFF', 'the instance closed the connection'));
  }

  /** The answer is whole. The connection is free before anybody hears of that, since they may ask for the next. */
  #finish(sending: Sending, isClean: boolean): void {
    const { reusableMs } = this.#reader;
    // A request that is answered before it has been sent goes on being sent.
    if (isClean && reusableMs > 0 && this.#socket.writableLength === 0) {
      this.resume();
      this.#free(sending, reusableMs);
    } else {
      this.#leave();
    }
    try {
      sending.handler.onResponseEnd(sending);
    } catch (error) {
      sending.handler.onResponseError(sending, errorOf(error));
    }
  }

  /** Whoever is to be told. */
  #leave(): Sending | undefined {
    const sending = this.#sending;
    const isUnsent = this.#wasFree && !this.#isWritten;
    this.#isGone = true;
    this.#sending = undefined;
    if (sending) sending.wire = undefined;
    clearTimeout(this.#connecting);
    this.#socket.destroy();
    this.#watch.gone(this, isUnsent ? sending : undefined);
    return isUnsent ? undefined : sending;
  }

  get isGone(): boolean {
    return this.#isGone;
  }
}
