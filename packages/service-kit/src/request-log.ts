import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { withTrace } from './trace-for-log.ts';

type Bindings = Parameters<FastifyBaseLogger['child']>[0];
type Said = Parameters<FastifyBaseLogger['info']>;

/** Makes the logger it stands for when something is first said in it. */
class RequestLog {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Bindings;
  readonly #request: IncomingMessage;
  #made: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings, request: IncomingMessage) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#request = request;
  }

  get #own(): FastifyBaseLogger {
    return (this.#made ??= withTrace(this.#parent, this.#bindings, this.#request.headers['traceparent']));
  }

  get level(): string {
    return this.#parent.level;
  }

  child(...asked: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#own.child(...asked);
  }

  fatal(...said: Said): void {
    this.#own.fatal(...said);
  }

  error(...said: Said): void {
    this.#own.error(...said);
  }

  warn(...said: Said): void {
    this.#own.warn(...said);
  }

  info(...said: Said): void {
    this.#own.info(...said);
  }

  debug(...said: Said): void {
    this.#own.debug(...said);
  }

  trace(...said: Said): void {
    this.#own.trace(...said);
  }

  silent(...said: Said): void {
    this.#own.silent(...said);
  }
}

/** The log of one request. Most requests say nothing, and a child of pino costs more than the routing of its request. */
export const createRequestLog = (
  parent: FastifyBaseLogger,
  bindings: Bindings,
  _: object,
  request: IncomingMessage,
): FastifyBaseLogger => new RequestLog(parent, bindings, request);
