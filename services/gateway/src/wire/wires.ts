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
  readonly #idle: Wire[] = [];
  readonly #line: Sending[] = [];
  #checking: NodeJS.Timeout | undefined;
  #isClosing = false;
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
    const dueAtMs = performance.now() + headersTimeoutMs;
    const sending = new Sending({ method, head: head ?? '', body, bodyTimeoutMs, dueAtMs }, handler);
    if (head === undefined) return this.#refuse(sending, new WireError('BAD_REQUEST', 'what is to be sent is no HTTP'));
    if (this.#isClosing) return this.#refuse(sending, new WireError('CLOSED', 'no request is taken any more'));
    const wire = this.#takeIdle();
    if (wire) this.#give(wire, sending);
    else if (this.#all.size < this.#maxConnections) this.#connect(sending);
    else this.#line.push(sending);
  }

  /** Takes nothing new; resolves when what is under way has ended. */
  close(): Promise<void> {
    this.#isClosing = true;
    for (const wire of this.#idle.splice(0)) wire.lose(new WireError('CLOSED', 'the gateway closes'));
    if (this.#all.size === 0) this.#closed.resolve();
    return this.#closed.promise;
  }

  /** Breaks off what is under way. */
  destroy(): void {
    this.#isClosing = true;
    const closed = new WireError('CLOSED', 'the gateway closes');
    for (const sending of this.#line.splice(0)) this.#refuse(sending, closed);
    for (const wire of this.#all) wire.lose(closed);
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

  #connect(sending: Sending): void {
    const wire = new Wire(this.#end, sending, { freed: (free) => this.#freed(free), gone: (one) => this.#gone(one) });
    this.#all.add(wire);
    this.#checking ??= setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  #next(): Sending | undefined {
    let next = this.#line.shift();
    while (next?.isAborted === true) next = this.#line.shift();
    return next;
  }

  #give(wire: Wire, sending: Sending): void {
    if (!wire.carry(sending)) this.#freed(wire);
  }

  #freed(wire: Wire): void {
    for (let next = this.#next(); next; next = this.#next()) if (wire.carry(next)) return;
    if (this.#isClosing) wire.lose(new WireError('CLOSED', 'the gateway closes'));
    else this.#idle.push(wire);
  }

  #gone(wire: Wire): void {
    this.#all.delete(wire);
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
    if (late.length > 0) {
      const inTime = this.#line.filter(({ dueAtMs }) => nowMs < dueAtMs);
      this.#line.splice(0, this.#line.length, ...inTime);
      for (const one of late) this.#refuse(one, new WireError('HEADERS_TIMEOUT', 'no connection became free in time'));
    }
    const kept = this.#idle.filter(({ isGone }) => !isGone);
    if (kept.length < this.#idle.length) this.#idle.splice(0, this.#idle.length, ...kept);
  }
}
