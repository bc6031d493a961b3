import type { Headers } from '../domain/headers.ts';

/** What whoever hears of an answer may do about it. */
export interface Flow {
  readonly pause: () => void;
  readonly resume: () => void;
  /** Nothing more is wanted. The connection goes with it. */
  readonly abort: (reason: Error) => void;
}

/** Hears of one request and its answer. What it throws ends the exchange with `onResponseError`. */
export interface AnswerHandler {
  /** The request is about to be sent. */
  readonly onRequestStart: (flow: Flow) => void;
  /** Also for each interim answer before the answer. */
  readonly onResponseStart: (flow: Flow, status: number, headers: Headers) => void;
  /** The bytes are the handler's to keep. */
  readonly onResponseData: (flow: Flow, bytes: Buffer) => void;
  readonly onResponseEnd: (flow: Flow) => void;
  /** Instead of the end. */
  readonly onResponseError: (flow: Flow, error: Error) => void;
}

/** Why there is no answer, where no error of the socket says it. */
export type Fault =
  | 'CONNECT_TIMEOUT'
  | 'HEADERS_TIMEOUT'
  | 'BODY_TIMEOUT'
  /** The connection was closed before the answer was whole. */
  | 'CUT_OFF'
  /** What came is no HTTP, or not surely. */
  | 'BAD_ANSWER'
  /** What was to be sent is no HTTP. */
  | 'BAD_REQUEST'
  /** The gateway closes. */
  | 'CLOSED';

export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: Fault;

  constructor(code: Fault, message: string) {
    super(message);
    this.code = code;
  }
}
