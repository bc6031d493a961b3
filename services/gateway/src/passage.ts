import type { EndpointSpec } from '@soc/contracts';
import type { FastifyRequest } from 'fastify';
import type { RateVerdict } from './domain/gcra.ts';
import type { Delivery } from './upstream/service-upstream.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The endpoint of a service that the route leads to; absent on the gateway's own routes. */
    readonly forwards?: EndpointSpec;
  }
  interface FastifyRequest {
    passage: Passage;
  }
}

/**
 * What the gateway finds out of a request on its way. Fields of one object, which cost nothing to set or to read: a weak map for
 * each costs as much as the routing, and its garbage more.
 */
export interface Passage {
  /** On the clock of `performance.now()`. */
  readonly startedAtMs: number;
  readonly forwards: EndpointSpec | undefined;
  /** Let in whatever the load and the rates. */
  readonly isAlwaysOpen: boolean;
  traceparent: string;
  /** By when the client wants its answer, on the clock of `performance.now()`; undefined when it did not say. */
  deadlineAtMs: number | undefined;
  rate: RateVerdict | undefined;
  delivery: Delivery | undefined;
  /** The instances that had it, in order. */
  readonly asked: string[];
  /** What is to be done once the answer is closed: a listener of its own for each costs more than what it does. */
  readonly atClose: (() => void)[];
  /** The answer is a page of another program, which says itself what it may load. */
  isPage: boolean;
}

/** For probes and scrapers, which must see a gateway that refuses everybody else, and for the services behind it. */
const ALWAYS_OPEN = new Set(['/health', '/health/live', '/metrics', '/.well-known/jwks.json']);

/** To be called before anything else is done with the request. */
export function beginPassage(request: FastifyRequest, startedAtMs = performance.now()): void {
  // Fastify makes this object anew each time.
  const { config, url = '' } = request.routeOptions;
  request.passage = {
    startedAtMs,
    forwards: config.forwards,
    isAlwaysOpen: ALWAYS_OPEN.has(url),
    traceparent: '',
    deadlineAtMs: undefined,
    rate: undefined,
    delivery: undefined,
    asked: [],
    atClose: [],
    isPage: false,
  };
}
