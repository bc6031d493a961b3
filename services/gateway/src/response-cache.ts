import type { CachePolicy, EndpointSpec, ServiceName } from '@soc/contracts';
import { Counter, type Registry } from '@soc/monitoring';
import { cacheGenerationKey } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createCacheFiller, type FillerOptions, type Kept, keptIn } from './cache-filler.ts';
import { cacheKeyOf, directivesOf } from './domain/cacheable.ts';
import { within } from './within.ts';

/** Answers that are kept in Redis, for all gateways (ADR 0028). */
export interface ResponseCache {
  /** Answers from what is kept, or asks the service and keeps what may be; false when the request goes on as any other. */
  readonly answer: (
    spec: CacheableSpec,
    request: FastifyRequest,
    reply: FastifyReply,
    /** By when the client wants it, on the clock of `performance.now()`. */
    deadlineMs: number | undefined,
  ) => Promise<boolean>;
  /** A request was passed on: after a write the answers of that service to that tenant are old. */
  readonly written: (spec: EndpointSpec, request: Pick<FastifyRequest, 'principal'>) => void;
}

/** As the rate limiter: a gateway that paused for a moment must not take it for a silent Redis. */
const READ_WITHIN_MS = 500;
/** A Redis that was silent is not waited for again before this. */
const BLIND_FOR_MS = 5_000;

type CacheableSpec = EndpointSpec & { readonly cache?: CachePolicy };

/** Nobody waits longer for the question of another than for their own. */
const inTime = (asked: Promise<Kept | undefined>, deadlineMs: number | undefined): Promise<Kept | undefined> =>
  deadlineMs === undefined ? asked : within(Math.max(0, deadlineMs - performance.now()), asked).catch(() => undefined);

export function createResponseCache(
  options: FillerOptions & {
    readonly prefix: string;
    readonly registry: Registry;
    /** Services of which any answer may be kept. */
    readonly keptOf: ReadonlySet<ServiceName>;
  },
): ResponseCache {
  const { redis, prefix, registry, keptOf, nowMs } = options;
  const served = new Counter({
    name: 'soc_gateway_cache_total',
    help: 'Requests for what may be kept: answered from what is kept, by the service, or past the cache.',
    labelNames: ['outcome'],
    registers: [registry],
  });

  const { fill, fillOnce } = createCacheFiller(options);
  const send = (reply: FastifyReply, kept: Kept, outcome: 'HIT' | 'MISS'): void => {
    served.inc({ outcome: outcome.toLowerCase() });
    reply.header('x-cache', outcome);
    reply.header('age', Math.max(0, Math.floor((nowMs() - kept.storedAtMs) / 1_000)));
    void reply.type(kept.contentType).send(kept.body);
  };

  let blindUntilMs = 0;
  const isBlind = (): boolean => redis.status !== 'ready' || performance.now() < blindUntilMs;
  const read = async (...keys: readonly [string, string]) => {
    try {
      return await within(READ_WITHIN_MS, Promise.all([redis.get(keys[0]), redis.get(keys[1])]));
    } catch {
      blindUntilMs = performance.now() + BLIND_FOR_MS;
      return undefined;
    }
  };
  const find = async (key: string, generationKey: string) => {
    const found = await read(key, generationKey);
    if (!found) return undefined;
    const [text, generation] = found;
    return { kept: text === null ? undefined : keptIn(text), generation: generation ?? '0' };
  };

  return {
    answer: async (spec, request, reply, deadlineMs) => {
      const { principal, headers } = request;
      const wish = directivesOf(headers['cache-control']);
      const isPast = wish.has('no-store') || headers['x-consistency-token'] !== undefined;
      if (!principal || isPast || isBlind()) {
        served.inc({ outcome: 'bypass' });
        reply.header('x-cache', 'BYPASS');
        return false;
      }
      const { tenantId, permissions } = principal;
      const name = cacheKeyOf({ endpointId: spec.id, tenantId, permissions, url: request.url });
      const key = `${prefix}:cache:answer:${name}`;
      const known = await find(key, cacheGenerationKey(prefix, spec.service, tenantId));
      const isFresh = known?.kept?.generation === known?.generation && !wish.has('no-cache');
      if (known?.kept && isFresh) {
        send(reply, known.kept, 'HIT');
        return true;
      }
      const share = wish.has('no-cache') ? fill : fillOnce;
      const asked = known && share(spec, request, { key, generation: known.generation });
      const kept = asked && (await inTime(asked, deadlineMs));
      if (kept) send(reply, kept, 'MISS');
      else served.inc({ outcome: 'bypass' });
      return kept !== undefined;
    },
    written: ({ method, service }, { principal }) => {
      if (method === 'GET' || !keptOf.has(service) || !principal || redis.status !== 'ready') return;
      // A Redis that fails right here keeps an answer for as long as its contract says.
      redis.incr(cacheGenerationKey(prefix, service, principal.tenantId)).catch(() => undefined);
    },
  };
}
