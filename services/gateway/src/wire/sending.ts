import type { AnswerHandler, Flow } from './answer.ts';

/** The connection that carries a request. */
export interface Carrier {
  readonly pause: () => void;
  readonly resume: () => void;
  /** Closes, and what it carries fails. */
  readonly lose: (error: Error) => void;
}

/** A request with whoever hears of its answer. */
export class Sending implements Flow {
  readonly method: string;
  readonly head: string;
  readonly body: Buffer | null;
  readonly bodyTimeoutMs: number;
  readonly handler: AnswerHandler;
  readonly headersTimeoutMs: number;
  /** When nobody waits any longer for a connection for it, then for its answer, then for more of that. */
  dueAtMs = Number.POSITIVE_INFINITY;
  /** What carries it, while it does. */
  wire: Carrier | undefined;
  isSent = false;
  isAborted = false;

  constructor(
    request: Pick<Sending, 'method' | 'head' | 'body' | 'headersTimeoutMs' | 'bodyTimeoutMs'>,
    handler: AnswerHandler,
  ) {
    this.method = request.method;
    this.head = request.head;
    this.body = request.body;
    this.bodyTimeoutMs = request.bodyTimeoutMs;
    this.headersTimeoutMs = request.headersTimeoutMs;
    this.handler = handler;
  }

  pause(): void {
    this.wire?.pause();
  }

  resume(): void {
    this.wire?.resume();
  }

  abort(reason: Error): void {
    this.isAborted = true;
    if (this.isSent) this.wire?.lose(reason);
  }
}
