import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge } from '@soc/monitoring';
import { clientNetworkOf, type EdgePlatform, HttpProblem, tooManyRequests, type Worker } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Traffic, trafficOf } from './domain/rate-rules.ts';
import { isShed, type LoadLimits, pressureOf } from './domain/shedding.ts';
import { hasBody, type RequestBody } from './upstream/request-body.ts';

/** Refuses requests while the gateway has more than it can do, so that those under way get done. */
export interface LoadShedder extends Worker {
  /**
   * Counts a request as under way until its answer is closed; one with a body does not count yet. Throws 503 for one that is
   * shed, and 429 when its client has too many at once.
   */
  readonly admit: (request: FastifyRequest, reply: FastifyReply) => void;
  /** For a request by express: whether neither the load nor the number of its client speaks against it. */
  readonly hasRoomFor: (traffic: Traffic, client: string) => boolean;
  /** Counts such a request of a client (an address, or a network of IPv6) until `left`. */
  readonly entered: (client: string) => void;
  readonly left: (client: string) => void;
  /** Counts a request whose body is here, or goes on from here. Throws 503 for one that is shed now that it is whole. */
  readonly bodyTaken: (request: FastifyRequest, reply: FastifyReply, body: RequestBody) => void;
}

const RESOLUTION_MS = 10;
const SAMPLE_EVERY_MS = 500;
/** Clients that were turned away together must not come back together. */
const RETRY_AFTER_S = { least: 1, most: 3 };

const overloaded = (): HttpProblem => {
  const { least, most } = RETRY_AFTER_S;
  const retryAfterS = least + Math.floor(Math.random() * (most - least + 1));
  return new HttpProblem(503, 'gateway.overloaded', 'the gateway has too much to do right now', {
    headers: { 'retry-after': String(retryAfterS) },
  });
};

/**
 * Probes, metrics and keys are never shed, and event streams, which are mostly silent, do not count as under way. Neither
 * does a request whose body comes slowly: it costs a little memory, and whoever sends many would have everybody shed.
 */
export function createLoadShedder(limits: () => LoadLimits, registry: EdgePlatform<unknown>['registry']): LoadShedder {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const load = { eventLoopDelayMs: 0, inFlight: 0 };
  const shed = new Counter({
    name: 'soc_gateway_shed_requests_total',
    help: 'Requests refused because the gateway had too much to do.',
    labelNames: ['traffic'],
    registers: [registry],
  });
  observe(registry, load);
  let timer: NodeJS.Timeout | undefined;

  const sample = (): void => {
    // The mean holds the pause between two samples; it is no number before the first.
    load.eventLoopDelayMs = Math.max(0, (histogram.mean || 0) / 1e6 - RESOLUTION_MS);
    histogram.reset();
  };

  const shedIfBusy = ({ passage }: FastifyRequest): void => {
    const traffic = trafficOf(passage.forwards?.id);
    if (!isShed(traffic, pressureOf(load, limits()))) return;
    shed.inc({ traffic });
    throw overloaded();
  };
  const leave = (): void => {
    load.inFlight -= 1;
  };
  const enter = ({ passage }: FastifyRequest, { raw }: FastifyReply): void => {
    if (raw.destroyed) return;
    load.inFlight += 1;
    passage.atClose.push(leave);
  };
  const clients = createClientCounts();

  return {
    hasRoomFor: (traffic, client) =>
      !isShed(traffic, pressureOf(load, limits())) && clients.of(client) < limits().addressInFlight,
    entered: (client) => {
      clients.add(client);
      load.inFlight += 1;
    },
    left: (client) => {
      clients.remove(client);
      leave();
    },
    admit: (request, reply) => {
      const { forwards, isAlwaysOpen } = request.passage;
      if (isAlwaysOpen) return;
      shedIfBusy(request);
      if (forwards?.produces === 'text/event-stream') return;
      clients.enter(request, limits().addressInFlight);
      if (!hasBody(request.raw)) enter(request, reply);
    },
    bodyTaken: (request, reply, { kind }) => {
      if (kind === 'none') return;
      if (kind === 'held') shedIfBusy(request);
      enter(request, reply);
    },
    start: () => {
      histogram.enable();
      timer = setInterval(sample, SAMPLE_EVERY_MS).unref();
    },
    stop: async () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}

/** How many requests of each client are open. */
function createClientCounts() {
  const counts = new Map<string, number>();
  const of = (client: string): number => counts.get(client) ?? 0;
  const add = (client: string): void => void counts.set(client, of(client) + 1);
  const remove = (client: string): void => {
    const left = of(client) - 1;
    if (left > 0) counts.set(client, left);
    else counts.delete(client);
  };
  return {
    of,
    add,
    remove,
    enter: ({ ip, passage }: FastifyRequest, most: number): void => {
      const client = clientNetworkOf(ip);
      if (of(client) >= most) {
        throw tooManyRequests('gateway.rate_limited', 'too many requests at once from one address', 1);
      }
      add(client);
      passage.atClose.push(() => remove(client));
    },
  };
}

function observe(
  registry: EdgePlatform<unknown>['registry'],
  load: { readonly eventLoopDelayMs: number; readonly inFlight: number },
): void {
  const delay = new Gauge({
    name: 'soc_gateway_event_loop_delay_seconds',
    help: 'Mean of the last half second.',
    registers: [registry],
    collect: () => {
      delay.set(load.eventLoopDelayMs / 1_000);
    },
  });
  const inFlight = new Gauge({
    name: 'soc_gateway_requests_in_flight',
    help: 'Requests under way, event streams aside.',
    registers: [registry],
    collect: () => {
      inFlight.set(load.inFlight);
    },
  });
}
