import type { EndpointSpec } from '@soc/contracts';
import type { Principal, TokenVerifier } from '@soc/identity';
import { identify, tooManyRequests, unauthenticated } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyExchange } from './api-key-exchange.ts';
import { callerOf, rateClassOf } from './domain/rate-rules.ts';
import type { RateLimiter, RateRule } from './rate-limiter.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The endpoint of a service that the route leads to; absent on the gateway's own routes. */
    readonly forwards?: EndpointSpec;
  }
}

/** For probes and scrapers, which must see a gateway that refuses everybody else, and for the services behind it. */
const ALWAYS_OPEN = new Set(['/health', '/health/live', '/metrics', '/.well-known/jwks.json']);

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
  readonly rules: Readonly<Record<'login' | 'general', RateRule>>;
}): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const { verifier, apiKeys, limiter, rules } = options;

  const limit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const rateClass = rateClassOf(request.routeOptions.config.forwards?.id);
    const rule = rules[rateClass];
    const taken = limiter.take(rule, callerOf(rateClass, request.principal, request.ip));
    const verdict = taken instanceof Promise ? await taken : taken;
    if (!verdict) return;
    reply.header('ratelimit-limit', rule.burst);
    reply.header('ratelimit-remaining', verdict.remaining);
    reply.header('ratelimit-reset', verdict.resetS);
    if (!verdict.allowed) {
      throw tooManyRequests('gateway.rate_limited', 'too many requests', verdict.retryAfterS);
    }
  };

  const holderOf = async (request: FastifyRequest, key: string, refused?: string): Promise<Principal | undefined> => {
    const token = await apiKeys.tokenFor(key, refused);
    if (token === undefined) return undefined;
    request.headers.authorization = `Bearer ${token}`;
    const principal = await identify(request, verifier);
    // What the key stands for was revoked since; the key itself may still be good for less.
    return principal ?? (refused === undefined ? holderOf(request, key, token) : undefined);
  };

  return async (request, reply) => {
    if (ALWAYS_OPEN.has(request.routeOptions.url ?? '')) return;
    const key = keyOf(request);
    request.principal = await (key === undefined ? identify(request, verifier) : holderOf(request, key));
    await limit(request, reply);
    if (key !== undefined && !request.principal) {
      throw unauthenticated('auth.unauthenticated', 'the API key is not valid');
    }
  };
}
