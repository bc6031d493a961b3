import type { EndpointSpec } from '@soc/contracts';
import { authorise } from '@soc/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestFields, responseFields } from './domain/headers.ts';
import type { GatewayDeps } from './deps.ts';
import type { AnswerSink, UpstreamRequest } from './upstream/forward.ts';
import { type RequestBody, takeBody } from './upstream/request-body.ts';
import { answerProblem, problemOf } from './upstream-problem.ts';

const EVENT_STREAM = 'text/event-stream';

type ProxyDeps = Pick<GatewayDeps, 'upstreams' | 'journal' | 'config' | 'openStreams'>;

/**
 * Routes every endpoint of every other service to its instances. Fastify's own router decides, as it does in the services,
 * so no path can mean one thing here and another there; what no contract names ends here with 404.
 */
export function addProxiedRoutes(app: FastifyInstance, endpoints: readonly EndpointSpec[], deps: ProxyDeps): void {
  app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    for (const spec of endpoints) {
      if (spec.service === 'gateway') continue;
      scope.route({
        method: spec.method,
        url: spec.url,
        config: { forwards: spec },
        handler: (request, reply) => proxy(spec, request, reply, deps),
      });
    }
    done();
  });
}

async function proxy(spec: EndpointSpec, request: FastifyRequest, reply: FastifyReply, deps: ProxyDeps) {
  authorise(spec, request.principal);
  const body = await takeBody(request.raw);
  if (!body) return reply.hijack();
  const isEventStream = spec.produces === EVENT_STREAM;
  if (isEventStream) deps.openStreams.add(reply.raw);
  const delivery = await deps.upstreams.deliver(
    spec.service,
    upstreamRequest(request, body, deps, isEventStream),
    sinkOf(request, reply),
  );
  if (delivery) deps.journal.delivered(request, delivery);
  const ending = delivery?.outcome.kind ?? 'unreachable';
  if (ending === 'answered') return reply;
  if (body.kind === 'streamed') body.stream.destroy();
  return ending === 'abandoned' ? reply.hijack() : answerProblem(problemOf(ending), request, reply);
}

function upstreamRequest(
  request: FastifyRequest,
  body: RequestBody,
  { config }: Pick<ProxyDeps, 'config'>,
  isEventStream: boolean,
): UpstreamRequest {
  const { headers } = request;
  return {
    method: request.method,
    path: request.raw.url ?? '/',
    fields: requestFields(headers, {
      requestId: request.id,
      traceparent: String(headers['traceparent']),
      clientAddress: request.ip,
      protocol: request.protocol,
      host: headers.host,
      authorization: request.principal && headers.authorization,
    }),
    body,
    headersTimeoutMs: config.UPSTREAM_HEADERS_TIMEOUT_MS,
    bodyTimeoutMs: isEventStream ? 0 : config.UPSTREAM_BODY_TIMEOUT_MS,
  };
}

const sinkOf = (request: FastifyRequest, reply: FastifyReply): AnswerSink => ({
  raw: reply.raw,
  begin: (status, headers) => {
    const fields = responseFields(headers, reply.getHeaders());
    // What is left of a body that the service did not want must not be taken for the next request.
    if (!request.raw.complete) fields['connection'] = 'close';
    reply.raw.writeHead(status, fields);
    reply.hijack();
  },
});
