import type { EndpointSpec } from '@soc/contracts';
import type { EdgePlatform } from '@soc/service-kit';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { keepS } from './domain/cacheable.ts';
import { requestFields } from './domain/headers.ts';
import type { Outcome } from './domain/outcome.ts';
import type { InternalTokens } from './internal-tokens.ts';
import type { Instance } from './upstream/instance.ts';
import type { Upstreams } from './upstream/upstreams.ts';

/** An answer as it lies in Redis. */
const Kept = z.object({
  generation: z.string(),
  storedAtMs: z.number(),
  contentType: z.string(),
  body: z.string(),
});
export type Kept = z.infer<typeof Kept>;

/** Undefined for what is no answer of ours. */
export function keptIn(text: string): Kept | undefined {
  try {
    return Kept.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: somebody else wrote it
  }
}

const MAX_BODY_BYTES = 256 * 1024;
const ANSWER_WITHIN_MS = 10_000;
const SHARED_MS = 500;

export interface FillerOptions {
  readonly redis: ReturnType<EdgePlatform<unknown>['connectRedis']>;
  readonly upstreams: Pick<Upstreams, 'choose' | 'of'>;
  readonly internalTokens: InternalTokens;
  readonly nowMs: () => number;
}

/** Where an answer is kept, and what its number is. */
interface Place {
  readonly key: string;
  readonly generation: string;
}

type Fill = (spec: EndpointSpec, request: FastifyRequest, keep: Place) => Promise<Kept | undefined>;

/** Asks services for what may be kept; undefined for an answer that may not, and for none. */
export function createCacheFiller(options: FillerOptions): { readonly fill: Fill; readonly fillOnce: Fill } {
  const { redis, upstreams, internalTokens, nowMs } = options;
  const asking = new Map<string, Promise<Kept | undefined>>();

  const ask = async (spec: EndpointSpec, request: FastifyRequest, keep: Place, instance: Instance) => {
    const { headers, principal } = request;
    const answer = await instance.pool.request({
      method: 'GET',
      path: request.raw.url ?? '/',
      headers: requestFields(
        { accept: headers.accept },
        {
          requestId: request.id,
          traceparent: String(headers['traceparent']),
          clientAddress: request.ip,
          protocol: request.protocol,
          host: headers.host,
          authorization: principal && internalTokens.authorizationFor(principal, spec.service),
        },
      ),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const seconds = keepS(spec.cache?.maxAgeS ?? 0, { status: answer.statusCode, headers: answer.headers });
    const isSmall = Number(answer.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= MAX_BODY_BYTES;
    if (seconds === 0 || !isSmall) {
      await answer.body.dump();
      return { status: answer.statusCode };
    }
    const body = await answer.body.text();
    const contentType = String(answer.headers['content-type'] ?? 'application/json');
    const kept: Kept = { generation: keep.generation, storedAtMs: nowMs(), contentType, body };
    // Nobody waits for Redis; what it does not take is asked again.
    redis.set(keep.key, JSON.stringify(kept), 'PX', Math.ceil(seconds * 1_000)).catch(() => undefined);
    return { status: answer.statusCode, kept };
  };

  /** Counts like any request. What fails is asked again in the usual way, which knows how to retry and what to answer. */
  const fill = async (spec: EndpointSpec, request: FastifyRequest, keep: Place) => {
    const { breaker } = upstreams.of(spec.service);
    const instance = breaker.admits() ? upstreams.choose(spec.service) : undefined;
    if (!instance || !request.principal) return undefined;
    let kept: Kept | undefined;
    const attempt = async (): Promise<Outcome> => {
      try {
        const answer = await ask(spec, request, keep, instance);
        kept = answer.kept;
        return { kind: 'answered', status: answer.status };
      } catch (error) {
        const isLate = error instanceof Error && error.name === 'TimeoutError';
        return { kind: isLate ? 'timed_out' : 'broken', reason: String(error) };
      }
    };
    const settleService = breaker.begin();
    const settleInstance = instance.begin();
    const outcome = await attempt();
    await settleInstance(outcome);
    await settleService(outcome);
    return kept;
  };

  /** Those who ask at the same time share one question, also those who looked before its answer was kept and come after. */
  const fillOnce = (spec: EndpointSpec, request: FastifyRequest, keep: Place) => {
    const name = `${keep.key} ${keep.generation}`;
    const known = asking.get(name);
    if (known) return known;
    const asked = fill(spec, request, keep).finally(() => {
      setTimeout(() => asking.delete(name), SHARED_MS).unref();
    });
    asking.set(name, asked);
    return asked;
  };

  return { fill, fillOnce };
}
