import type { IncomingMessage } from 'node:http';
import type { Principal } from '@soc/identity';
import type { HttpProblem } from '@soc/service-kit';
import type { RateVerdict } from '../domain/gcra.ts';
import type { Delivery } from '../upstream/service-upstream.ts';

/** What came of a request that went by express and has to be answered by Fastify after all. */
export interface Finding {
  readonly startedAtMs: number;
  readonly principal: Principal;
  /** Of the span that has begun, and ends with the answer, where the request is recorded. */
  readonly traceparent: string;
  readonly rate: RateVerdict | undefined;
  readonly delivery: Delivery | undefined;
  readonly asked: readonly string[];
  /** A refusal, which is thrown as any other; the problem of an instance, which the line of the request tells; or a fault. */
  readonly answer:
    | { readonly kind: 'refused'; readonly problem: HttpProblem }
    | { readonly kind: 'failed'; readonly problem: HttpProblem }
    | { readonly kind: 'fault'; readonly error: unknown };
}

/** Findings on their way to the hooks of their request. */
export interface Findings {
  readonly note: (request: IncomingMessage, finding: Finding) => void;
  readonly of: (request: IncomingMessage) => Finding | undefined;
}

export function createFindings(): Findings {
  const findings = new WeakMap<IncomingMessage, Finding>();
  return {
    note: (request, finding) => void findings.set(request, finding),
    of: (request) => findings.get(request),
  };
}
