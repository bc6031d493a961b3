import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayDeps } from '../deps.ts';
import type { Finding } from './findings.ts';

/** What requests by express are judged, sent on and told of by: the parts that do so for all others. */
export type ExpressParts = Pick<
  GatewayDeps,
  | 'cache'
  | 'config'
  | 'countsOf'
  | 'findings'
  | 'internalTokens'
  | 'journal'
  | 'limiter'
  | 'live'
  | 'nowMs'
  | 'shedder'
  | 'traces'
  | 'upstreams'
  | 'verifier'
>;

export interface ExpressDeps extends ExpressParts {
  /** Gives a request to the app, with what came of it here. */
  readonly handOver: (request: IncomingMessage, response: ServerResponse, finding: Finding) => void;
}
