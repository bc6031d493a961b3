import type { EndpointSpec } from '@soc/contracts';
import type { Principal, TokenVerifier } from '@soc/identity';
import { clientNetworkOf, identify, tooManyRequests, unauthenticated } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyExchange } from './api-key-exchange.ts';
import type { RateVerdict } from './domain/gcra.ts';
import { type Counts, countsOf, keyCountsOf, type RateRules, type Traffic, trafficOf } from './domain/rate-rules.ts';
import { setRateHeaders } from './rate-headers.ts';
import type { RateLimiter } from './rate-limiter.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The endpoint of a service that the route leads to; absent on the gateway's own routes. */
    readonly forwards?: EndpointSpec;
  }
}

interface Latest {
  readonly traffic: Traffic;
  readonly address: string;
  readonly rules: RateRules;
  readonly counts: Counts;
}

/** For probes and scrapers, which must see a gateway that refuses everybody else, and for the services behind it. */
const ALWAYS_OPEN = new Set(['/health', '/health/live', '/metrics', '/.well-known/jwks.json']);

/** Whether a request is let in whatever the load and the rates. */
export const isAlwaysOpen = ({ routeOptions }: FastifyRequest): boolean => ALWAYS_OPEN.has(routeOptions.url ?? '');

const keyOf = ({ headers }: FastifyRequest): string | undefined => {
  const key = headers['x-api-key'];
  return typeof key === 'string' && headers.authorization === undefined ? key : undefined;
};

/**
 * Finds out who asks, by access token or API key, and whether they may ask again so soon. Sets `request.principal`, and
 * the token an API key stands for as the request's own. Throws 401 for a bad key, 429, and 503 when auth is away.
 */
export function createAdmission(options: {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly apiKeys: ApiKeyExchange;
  readonly limiter: RateLimiter;
  /** As they are at the moment. */
  readonly rules: () => RateRules;
}): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const { verifier, apiKeys, limiter, rules } = options;

  /** A client mostly sends the same kind of request from the same place as the last time. */
  const latest = new WeakMap<Principal, Latest>();
  const remembered = (traffic: Traffic, principal: Principal | undefined, address: string): Counts => {
    const current = rules();
    const known = principal && latest.get(principal);
    if (known?.traffic === traffic && known.address === address && known.rules === current) return known.counts;
    const counts = countsOf(traffic, principal, clientNetworkOf(address), current);
    if (principal) latest.set(principal, { traffic, address, rules: current, counts });
    return counts;
  };

  const enforce = (reply: FastifyReply, verdict: RateVerdict | undefined): void => {
    if (!verdict) return;
    setRateHeaders(reply, verdict);
    if (!verdict.allowed) throw tooManyRequests('gateway.rate_limited', 'too many requests', verdict.retryAfterS);
  };

  const limit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const traffic = trafficOf(request.routeOptions.config.forwards?.id);
    const counts = remembered(traffic, request.principal, request.ip);
    const taken = traffic === 'login' ? limiter.takeGuess(counts) : limiter.take(counts);
    enforce(reply, taken instanceof Promise ? await taken : taken);
  };

  const holderOf = async (request: FastifyRequest, key: string, refused?: string): Promise<Principal | undefined> => {
    const token = await apiKeys.tokenFor(key, refused);
    if (token === undefined) return undefined;
    request.headers.authorization = `Bearer ${token}`;
    const principal = await identify(request, verifier);
    // What the key stands for was revoked since; the key itself may still be good for less.
    return principal ?? (refused === undefined ? holderOf(request, key, token) : undefined);
  };

  const identifyByKey = async (request: FastifyRequest, reply: FastifyReply, key: string): Promise<void> => {
    if (!apiKeys.knows(key)) enforce(reply, await limiter.takeGuess(keyCountsOf(clientNetworkOf(request.ip), rules())));
    request.principal = await holderOf(request, key);
  };

  return async (request, reply) => {
    if (isAlwaysOpen(request)) return;
    const key = keyOf(request);
    if (key === undefined) request.principal = await identify(request, verifier);
    else await identifyByKey(request, reply, key);
    await limit(request, reply);
    if (key !== undefined && !request.principal) {
      throw unauthenticated('auth.unauthenticated', 'the API key is not valid');
    }
  };
}
