import type { BodyOf, EndpointSpec, ParamsOf, QueryOf, ResponseOf } from '@soc/contracts';
import type { Principal } from '@soc/identity';
import type { Origin } from '@soc/messaging';
import type { RouteAudit } from './audit/route-audit.ts';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import type { InTime } from './in-time.ts';

/** Who is asking; on a public endpoint nobody may be. */
type PrincipalOf<E extends EndpointSpec> = E['permission'] extends 'public' ? Principal | undefined : Principal;

/** What a route handler is given: the checked input, who asks, and where events it causes come from. */
export interface RouteContext<E extends EndpointSpec> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  readonly principal: PrincipalOf<E>;
  readonly log: FastifyBaseLogger;
  /** Spread into the meta of a published event. */
  readonly origin: Origin;
  /** What the client sent in `x-consistency-token`, for `db.readYourWrites`. */
  readonly consistencyToken: string | undefined;
  /** Has reads cancelled once whoever asked has stopped waiting; for those that may take long. */
  readonly inTime: InTime;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /**
   * Records the call, whose contract says `audit`, in the transaction that does it, with what the route knows of it. Without it
   * the call is recorded once it is done, which a process that is killed in between does not.
   */
  readonly record: RouteAudit['record'];
}

/** One endpoint with its handler; `createService` registers it. */
export interface Route {
  readonly spec: EndpointSpec;
  readonly handle: (context: RouteContext<EndpointSpec>) => Promise<unknown>;
}

/**
 * Binds a handler to its contract. The handler resolves with the body of the contract's success status; one that answers
 * by itself (a stream) returns `reply`.
 */
export function route<E extends EndpointSpec>(
  spec: E,
  handle: (context: RouteContext<E>) => Promise<ResponseOf<E> | FastifyReply>,
): Route {
  // A service holds routes of many endpoints; each handler is only ever called with input parsed by its own `spec`.
  return { spec, handle };
}
