import type { Principal, TokenVerifier } from '@soc/identity';
import { clientNetworkOf, identify, tooManyRequests, unauthenticated } from '@soc/service-kit';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { ApiKeyExchange } from './api-key-exchange.ts';
import type { RateVerdict } from './domain/gcra.ts';
import { keyCountsOf, type RateRules, trafficOf } from './domain/rate-rules.ts';
import type { FindCounts } from './rate-counts.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Keys are told from access tokens by how they begin. */
const BEARER_KEY = /^Bearer (soc_[\w-]+)$/i;

/** As `Bearer` too: what posts webhooks, such as Alertmanager, often cannot send a field of another name. */
const keyOf = ({ headers: { authorization, 'x-api-key': key } }: FastifyRequest): string | undefined => {
  if (authorization !== undefined) return BEARER_KEY.exec(authorization)?.[1];
  return typeof key === 'string' ? key : undefined;
};

/**
 * Finds out who asks, by access token or API key, and whether they may ask again so soon. Sets `request.principal`, and
 * the token an API key stands for as the request's own. Refuses with 401 for a bad key, 429, and 503 when auth is away.
 */
export function createAdmission(options: {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly apiKeys: ApiKeyExchange;
  readonly limiter: RateLimiter;
  readonly countsOf: FindCounts;
  /** As they are at the moment. */
  readonly rules: () => RateRules;
}): onRequestHookHandler {
  const { verifier, apiKeys, limiter, countsOf, rules } = options;

  const enforce = ({ passage }: FastifyRequest, verdict: RateVerdict | undefined): undefined => {
    if (!verdict) return;
    passage.rate = verdict;
    if (!verdict.allowed) throw tooManyRequests('gateway.rate_limited', 'too many requests', verdict.retryAfterS);
  };

  const limit = (request: FastifyRequest): Promise<void> | undefined => {
    const traffic = trafficOf(request.passage.forwards?.id);
    const counts = countsOf(traffic, request.principal, request.ip);
    const taken = traffic === 'login' ? limiter.takeGuess(counts) : limiter.take(counts);
    return taken instanceof Promise ? taken.then((verdict) => enforce(request, verdict)) : enforce(request, taken);
  };

  const admitByToken = (request: FastifyRequest): Promise<void> | undefined => {
    const found = identify(request, verifier);
    if (found instanceof Promise) {
      return found.then((principal) => {
        request.principal = principal;
        return limit(request);
      });
    }
    request.principal = found;
    return limit(request);
  };

  const holderOf = async (request: FastifyRequest, key: string, refused?: string): Promise<Principal | undefined> => {
    const token = await apiKeys.tokenFor(key, refused);
    if (token === undefined) return undefined;
    request.headers.authorization = `Bearer ${token}`;
    const principal = await identify(request, verifier);
    // What the key stands for was revoked since; the key itself may still be good for less.
    return principal ?? (refused === undefined ? holderOf(request, key, token) : undefined);
  };

  const admitByKey = async (request: FastifyRequest, key: string): Promise<void> => {
    const isKnown = apiKeys.knows(key);
    if (!isKnown) enforce(request, await limiter.takeGuess(keyCountsOf(clientNetworkOf(request.ip), rules())));
    request.principal = await holderOf(request, key);
    await limit(request);
    if (!request.principal) throw unauthenticated('auth.unauthenticated', 'the API key is not valid');
  };

  return (request, _, done) => {
    if (request.passage.isAlwaysOpen) return done();
    const key = keyOf(request);
    // Throws where nothing was waited for; Fastify takes that as it takes `done` with an error.
    const admitting = key === undefined ? admitByToken(request) : admitByKey(request, key);
    if (!admitting) return done();
    admitting.then(() => done(), done);
  };
}
