import { type AnswerHandler, WireError } from './answer.ts';
import { requestHead, type WireRequest } from './request-head.ts';
import { Sending } from './sending.ts';
import { Wire, type WireEnd } from './wire.ts';

export interface WiresOptions {
  /** `http://host:port`. */
  readonly origin: string;
  /** What is asked for beyond this waits in line. */
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** How long a connection is kept that carries nothing. */
  readonly idleMs: number;
}

const LATE = new WireError('HEADERS_TIMEOUT', 'no connection became free in time');
const CLOSED = new WireError('CLOSED', 'the gateway closes');

/** How late a time-out may come. */
const CHECK_EVERY_MS = 100;

/**
 * Connections to one instance for plain HTTP/1.1 exchanges: the body of the request is here, and nothing is upgraded. The one used
 * last is used next, and requests are never put behind one another on it.
 */
export class Wires {
  readonly #end: WireEnd;
  readonly #host: string;
  readonly #maxConnections: number;
  readonly #all = new Set<Wire>();
  #idle: Wire[] = [];
  #line: Sending[] = [];
  #checking: NodeJS.Timeout | undefined;
  #isClosing = false;
  #isDestroyed = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor({ origin, maxConnections, connectTimeoutMs, idleMs }: WiresOptions) {
    const { hostname, port, host } = new URL(origin);
    this.#host = host;
    // An IPv6 address stands in brackets there.
    this.#end = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), connectTimeoutMs, idleMs };
    this.#maxConnections = maxConnections;
  }

  /** Sends a request. Its handler is told how it ends, at once when it cannot be sent. */
  dispatch(request: WireRequest, handler: AnswerHandler): void {
    const { method, body, headersTimeoutMs, bodyTimeoutMs } = request;
    const head = requestHead(request, this.#host);
    const sending = new Sending({ method, head: head ?? '', body, headersTimeoutMs, bodyTimeoutMs }, handler);
    if (head === undefined) return this.#refuse(sending, new WireError('BAD_REQUEST', 'what is to be sent is no HTTP'));
    if (this.#isClosing) return this.#refuse(sending, CLOSED);
    this.#place(sending);
  }

  /** Takes nothing new; resolves when what is under way has ended. */
  close(): Promise<void> {
    this.#isClosing = true;
    for (const wire of this.#idle.splice(0)) wire.lose(CLOSED);
    if (this.#all.size === 0) this.#closed.resolve();
    return this.#closed.promise;
  }

  /** Breaks off what is under way. */
  destroy(): void {
    this.#isClosing = true;
    this.#isDestroyed = true;
    for (const sending of this.#line.splice(0)) this.#refuse(sending, CLOSED);
    for (const wire of this.#all) wire.lose(CLOSED);
    this.#closed.resolve();
  }

  #refuse(sending: Sending, error: Error): void {
    sending.handler.onResponseError(sending, error);
  }

  #takeIdle(): Wire | undefined {
    let wire = this.#idle.pop();
    while (wire?.isGone === true) wire = this.#idle.pop();
    return wire;
  }

  #place(sending: Sending): void {
    const wire = this.#takeIdle();
    if (wire) return wire.carry(sending);
    if (this.#all.size < this.#maxConnections) return this.#connect(sending);
    this.#line.push(sending);
    sending.dueAtMs = performance.now() + sending.headersTimeoutMs;
  }

  /** It was not the last to come. */
  #placeFirst(sending: Sending): void {
    if (this.#isDestroyed) return this.#refuse(sending, CLOSED);
    const wire = this.#takeIdle();
    if (wire) return wire.carry(sending);
    this.#line.unshift(sending);
    sending.dueAtMs = performance.now() + sending.headersTimeoutMs;
  }

  #connect(sending: Sending): void {
    const wire = new Wire(this.#end, sending, {
      freed: (free) => this.#freed(free),
      gone: (one, unsent) => this.#gone(one, unsent),
    });
    this.#all.add(wire);
    this.#checking ??= setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  /** The first in line that somebody waits for. */
  #next(): Sending | undefined {
    const nowMs = performance.now();
    for (let next = this.#line.shift(); next; next = this.#line.shift()) {
      if (nowMs < next.dueAtMs) return next;
      this.#refuse(next, LATE);
    }
    return undefined;
  }

  #freed(wire: Wire): void {
    const next = this.#line.length > 0 ? this.#next() : undefined;
    if (next) wire.carry(next);
    else if (this.#isClosing) wire.lose(CLOSED);
    else this.#idle.push(wire);
  }

  #gone(wire: Wire, unsent: Sending | undefined): void {
    this.#all.delete(wire);
    if (unsent) this.#placeFirst(unsent);
    const next = this.#all.size < this.#maxConnections ? this.#next() : undefined;
    if (next) this.#connect(next);
    if (this.#all.size > 0) return;
    clearInterval(this.#checking);
    this.#checking = undefined;
    if (this.#isClosing) this.#closed.resolve();
  }

  #check(): void {
    const nowMs = performance.now();
    for (const wire of this.#all) wire.check(nowMs);
    const late = this.#line.filter(({ dueAtMs }) => nowMs >= dueAtMs);
    if (late.length > 0) this.#line = this.#line.filter(({ dueAtMs }) => nowMs < dueAtMs);
    for (const one of late) this.#refuse(one, LATE);
    if (this.#idle.some(({ isGone }) => isGone)) this.#idle = this.#idle.filter(({ isGone }) => !isGone);
  }
}
