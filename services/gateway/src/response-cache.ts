import type { CachePolicy, EndpointSpec } from '@soc/contracts';

import { Counter, type Registry } from '@soc/monitoring';
import { cacheGenerationKey } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createCacheFiller, type FillerOptions, Kept } from './cache-filler.ts';
import { cacheKeyOf, directivesOf } from './domain/cacheable.ts';

/** Answers that are kept in Redis, for all gateways (ADR 0028). */
export interface ResponseCache {
  /** Answers from what is kept, or asks the service and keeps what may be; false when the request goes on as any other. */
  readonly answer: (spec: CacheableSpec, request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;
  /** A request was passed on: after a write the answers of that service to that tenant are old. */
  readonly written: (spec: EndpointSpec, request: FastifyRequest) => void;
}

type CacheableSpec = EndpointSpec & { readonly cache?: CachePolicy };

export function createResponseCache(
  options: FillerOptions & { readonly prefix: string; readonly registry: Registry },
): ResponseCache {
  const { redis, prefix, registry, nowMs } = options;
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

  const find = async (key: string, generationKey: string) => {
    const [text, generation] = await Promise.all([redis.get(key), redis.get(generationKey)]);
    const parsed = text === null ? undefined : Kept.safeParse(JSON.parse(text)).data;
    return { kept: parsed, generation: generation ?? '0' };
  };

  return {
    answer: async (spec, request, reply) => {
      const { principal, headers } = request;
      const wish = directivesOf(headers['cache-control']);
      const isPast = wish.has('no-store') || headers['x-consistency-token'] !== undefined;
      if (!principal || isPast || redis.status !== 'ready') {
        served.inc({ outcome: 'bypass' });
        reply.header('x-cache', 'BYPASS');
        return false;
      }
      const { tenantId, permissions } = principal;
      const name = cacheKeyOf({ endpointId: spec.id, tenantId, permissions, url: request.url });
      const key = `${prefix}:cache:answer:${name}`;
      const known = await find(key, cacheGenerationKey(prefix, spec.service, tenantId)).catch(() => undefined);
      const isFresh = known?.kept?.generation === known?.generation && !wish.has('no-cache');
      if (known?.kept && isFresh) {
        send(reply, known.kept, 'HIT');
        return true;
      }
      const share = wish.has('no-cache') ? fill : fillOnce;
      const kept = known && (await share(spec, request, { key, generation: known.generation }));
      if (kept) send(reply, kept, 'MISS');
      else served.inc({ outcome: 'bypass' });
      return kept !== undefined;
    },
    written: ({ method, service }, { principal }) => {
      if (method === 'GET' || !principal || redis.status !== 'ready') return;
      // A Redis that fails right here keeps an answer for as long as its contract says.
      redis.incr(cacheGenerationKey(prefix, service, principal.tenantId)).catch(() => undefined);
    },
  };
}
