import type { ServerResponse } from 'node:http';
import type { EndpointSpec } from '@soc/contracts';
import { authorise, identify, tooLarge } from '@soc/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyLimitOf } from './body-limit.ts';
import { standingFields } from './answer-headers.ts';
import { type FieldList, responseFields } from './domain/headers.ts';
import type { GatewayDeps } from './deps.ts';
import type { AnswerSink } from './upstream/exchange.ts';
import { BODY_TOO_LARGE, takeBody } from './upstream/request-body.ts';
import { answerProblem, problemOf } from './upstream-problem.ts';
import { type Admitted, EVENT_STREAM, upstreamRequestOf } from './upstream-request.ts';

const SWITCHING_PROTOCOLS = 101;

type ProxyDeps = Pick<
  GatewayDeps,
  'upstreams' | 'config' | 'openStreams' | 'internalTokens' | 'cache' | 'upgrades' | 'shedder' | 'verifier'
>;

/**
 * Routes every endpoint of every other service to its instances. Fastify's own router decides, as it does in the services,
 * so no path can mean one thing here and another there; what no contract names ends here with 404.
 */
export function addProxiedRoutes(app: FastifyInstance, endpoints: readonly EndpointSpec[], deps: ProxyDeps): void {
  for (const spec of endpoints) {
    if (spec.service === 'gateway') continue;
    app.route({
      method: spec.method,
      url: spec.url,
      config: { forwards: spec },
      // The last hook before Fastify would look at the body, which is not its to read here.
      onRequest: (request, reply, done) => {
        proxy(spec, request, reply, deps).catch(done);
      },
      handler: (_, reply) => reply,
    });
  }
}

async function proxy(
  spec: EndpointSpec,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ProxyDeps,
): Promise<unknown> {
  authorise(spec, request.principal);
  if (spec.cache && (await deps.cache.answer(spec, request, reply, request.passage.deadlineAtMs))) return reply;
  const limitBytes = bodyLimitOf(spec);
  if (isTooLarge(limitBytes, request.headers['content-length'])) throw bodyTooLarge();
  askForBody(request, reply);
  // What came with the head is read once whoever waits for the head has had it.
  if (request.headers['content-length'] !== undefined) await Promise.resolve();
  const taken = takeBody(request.raw, { mustBeHeld: !request.principal, limitBytes });
  const body = taken instanceof Promise ? await taken : taken;
  if (!body) return reply.hijack();
  if (body === 'too_large') throw bodyTooLarge();
  deps.shedder.bodyTaken(request, reply, body);
  if (spec.produces === EVENT_STREAM || spec.upgrade) {
    deps.openStreams.add(reply.raw, request.principal);
    // From here on a revocation ends it; one that was heard while something was waited for is seen now.
    authorise(spec, await identify(request, deps.verifier));
  }
  const delivery = await deps.upstreams.deliver(
    spec.service,
    upstreamRequestOf(spec, admittedOf(request, spec.upgrade && deps.upgrades.of(request.raw)), body, deps),
    sinkOf(request, reply),
  );
  request.passage.delivery = delivery;
  const ending = delivery.outcome.kind;
  deps.cache.written(spec, request);
  if (ending === 'answered') return reply;
  if (body.kind === 'streamed') body.stream.destroy();
  if (ending === 'abandoned') return reply.hijack();
  if (delivery.outcome.reason === BODY_TOO_LARGE) throw bodyTooLarge();
  return answerProblem(problemOf(ending), request, reply);
}

/** A client that waits for a word before it sends its body gets it now that the body is wanted (RFC 9110, 10.1.1). */
function askForBody({ headers, raw }: FastifyRequest, reply: FastifyReply): void {
  if (headers.expect !== undefined && raw.httpVersionMinor === 1) reply.raw.writeContinue();
}

const bodyTooLarge = () => tooLarge('request.too_large', 'the body is larger than this endpoint accepts');

/** A service refuses such a body too, but by closing the connection, and then its answer may be lost on the way. */
const isTooLarge = (limitBytes: number, length: string | undefined): boolean =>
  length !== undefined && Number(length) > limitBytes;

const admittedOf = (
  { method, raw, headers, id, passage, ip, protocol, principal }: FastifyRequest,
  upgrade: Admitted['upgrade'],
): Admitted => ({
  method,
  path: raw.url ?? '/',
  headers,
  requestId: id,
  traceparent: passage.traceparent,
  clientAddress: ip,
  protocol,
  principal,
  deadlineAtMs: passage.deadlineAtMs,
  upgrade,
});

/** The one answer whose connection fields are what it is about. It is not the last of its connection, though it ends HTTP there. */
function switchProtocols(raw: ServerResponse, fields: FieldList): void {
  raw.writeHead(SWITCHING_PROTOCOLS, [...fields, 'connection', 'Upgrade', 'upgrade', 'websocket']);
  raw.flushHeaders();
}

const sinkOf = (request: FastifyRequest, reply: FastifyReply): Omit<AnswerSink, 'fail'> => ({
  raw: reply.raw,
  atClose: request.passage.atClose,
  asked: request.passage.asked,
  begin: (status, headers) => {
    const isSwitch = status === SWITCHING_PROTOCOLS;
    const given = reply.getHeaders();
    const fields = responseFields(
      headers,
      isSwitch ? { ...given, connection: undefined } : given,
      standingFields(request),
    );
    reply.hijack();
    if (isSwitch) switchProtocols(reply.raw, fields);
    else reply.raw.writeHead(status, fields);
  },
});
