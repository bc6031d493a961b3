import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type EndpointSpec, successStatus } from '@soc/contracts';
import { type DbCluster, inTenant, type TenantScope } from '@soc/db-cluster';
import type { Principal, TokenVerifier } from '@soc/identity';
import type { Origin } from '@soc/messaging';
import { inSpan, type Tracer } from '@soc/tracing';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Audit } from './audit/audit.ts';
import { createRouteAudit, recordRefusal } from './audit/route-audit.ts';
import { authenticate } from './authentication.ts';
import { useBodyParsing, useStreamedBodies } from './body-parsing.ts';
import { answerClientError } from './client-error.ts';
import { asProblem } from './fault.ts';
import { createInTime } from './in-time.ts';
import { parseInput } from './input.ts';
import { type HttpProblem, notFound, problemBody } from './problems.ts';
import { createRequestLog } from './request-log.ts';
import { beginRequestSpan, traceContextOf } from './request-span.ts';
import type { Route } from './route.ts';
import { requestIdFrom, traceparentOf } from './trace.ts';

export interface HttpAppOptions {
  readonly log: Logger;
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly audit: Audit;
  /** Checks and gives consistency tokens; absent for a service without a database. */
  readonly db?: Pick<DbCluster, 'consistencyToken' | 'readYourWrites'>;
  /** Records requests; absent where none are, and at the gateway, which does so itself. */
  readonly tracer?: Tracer | undefined;
  readonly checkResponses: boolean;
  readonly now: () => Date;
  /** Addresses and CIDR ranges whose `x-forwarded-*` is believed; nobody's by default. */
  readonly trustedProxies?: readonly string[];
  /** As in `ServiceParts`. */
  readonly acceptsUpgrade?: (request: IncomingMessage) => boolean;
}

/** Longer than the gateway keeps an idle connection, so that it is always the gateway that closes one. */
const KEEP_ALIVE_MS = 75_000;

const LOOK_FOR_IDLE_MS = 200;

/**
 * Node closes the connections that are idle when a server begins to close, and no others. One whose answer came before the end
 * of its request's body would hold the server for as long as connections are kept, and one on which nobody has said a word for
 * as long as it may take to say one, a minute: to Node it is not idle.
 */
function closeWhatFallsIdle(app: FastifyInstance): void {
  const openedAtMs = new Map<Socket, number>();
  app.server.on('connection', (socket) => {
    openedAtMs.set(socket, performance.now());
    socket.once('close', () => openedAtMs.delete(socket));
  });
  const look = (): void => {
    app.server.closeIdleConnections();
    for (const [socket, atMs] of openedAtMs) {
      // Who has just come is about to say something.
      if (socket.bytesRead === 0 && performance.now() - atMs > LOOK_FOR_IDLE_MS) socket.destroy();
    }
  };
  app.addHook('preClose', (done) => {
    const looking = setInterval(look, LOOK_FOR_IDLE_MS);
    app.server.once('close', () => clearInterval(looking));
    looking.unref();
    done();
  });
}

function sendProblem(problem: HttpProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, request.id)));
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (reply.raw.headersSent) {
    // An answer that has begun (a stream) cannot become another; ending it is all that is left to tell.
    request.log.info({ err: error, url: request.url }, 'answer broken off');
    reply.raw.destroy();
    return reply;
  }
  const problem = asProblem(error);
  if (problem.status >= 500) {
    request.log.error({ err: error, method: request.method, url: request.url }, 'request failed');
  }
  return sendProblem(problem, request, reply);
}

/** A Fastify application that speaks problem+json, carries request and trace ids, and parses bodies strictly. */
export function createHttpApp(
  options: Pick<HttpAppOptions, 'log' | 'now' | 'trustedProxies' | 'acceptsUpgrade'>,
): FastifyInstance {
  const { log, now, trustedProxies = [], acceptsUpgrade } = options;
  const loggerInstance: FastifyBaseLogger = log;
  const app = Fastify({
    loggerInstance,
    ...(acceptsUpgrade && { http: { shouldUpgradeCallback: acceptsUpgrade } }),
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    childLoggerFactory: createRequestLog,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // What still comes on a connection that is open is done like the rest: a refusal would lose it.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    genReqId: ({ headers }) => requestIdFrom(headers['x-request-id'], now().getTime()),
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply);
    },
    routerOptions: { maxParamLength: 512 },
  });
  closeWhatFallsIdle(app);
  useBodyParsing(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(notFound('route.not_found', 'there is nothing here'), request, reply),
  );
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  return app;
}

/** Registers routes with authentication, permission and input checks, as their contracts declare them. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[], options: HttpAppOptions): void {
  const streamed = routes.filter(({ spec }) => spec.bodyKind === 'stream');
  for (const one of routes) if (!streamed.includes(one)) addRoute(app, one, options);
  app.register((scope, _, done) => {
    useStreamedBodies(scope);
    for (const one of streamed) addRoute(scope, one, options);
    done();
  });
}

function addRoute(app: FastifyInstance, { spec, handle }: Route, options: HttpAppOptions): void {
  const status = successStatus(spec);
  const writes = spec.method !== 'GET';
  app.route({
    method: spec.method,
    url: spec.url,
    ...(spec.bodyLimitBytes !== undefined && { bodyLimit: spec.bodyLimitBytes }),
    config: { bodyKind: spec.bodyKind ?? 'json' },
    // Before the body is read: who may not call does not get to send one.
    onRequest: async (request, reply) => {
      beginRequestSpan(options.tracer, spec, request, reply);
      request.principal = await authenticate(spec, request, options.verifier);
    },
    onError: (request, _reply, error, done) => {
      recordRefusal(spec, request, error, options.audit);
      done();
    },
    handler: async (request, reply) => {
      const traceparent = request.span?.traceparent ?? traceparentOf(request.headers['traceparent']);
      const { principal } = request;
      const { record, done } = createRouteAudit(spec, request, options.audit);
      const consistencyToken = consistencyTokenOf(request, options.db);
      const input = {
        // Checked against the schemas of `spec` in `parseInput`, and demanded by its permission in `authenticate`.
        ...(parseInput(spec, request) as { params: never; query: never; body: never }),
        principal: principal as never,
        log: request.log,
        origin: originOf(request, traceparent),
        consistencyToken,
        inTime: createInTime(request),
        request,
        reply,
        record,
      };
      // Whoever is known works for their tenant alone, whatever a statement forgets to ask; nobody in particular has none.
      const answer = await inSpan(request.span, () =>
        principal ? inTenant(scopeOf(principal, request), () => handle(input)) : handle(input),
      );
      await done(answer === reply ? undefined : answer);
      if (answer === reply || reply.sent) return reply;
      reply.header('traceparent', traceparent);
      if (writes) await addConsistencyToken({ request, reply, carried: consistencyToken }, options.db);
      if (options.checkResponses) checkResponse(spec, answer);
      return reply.code(status).send(answer);
    },
  });
}

function originOf({ principal, id, headers }: FastifyRequest, traceparent: string): Origin {
  // Of a trace that is passed on; a new one has none.
  const tracestate = traceContextOf(headers)?.tracestate;
  return {
    tenantId: principal?.tenantId ?? 'default',
    correlationId: id,
    traceparent,
    ...(tracestate !== undefined && { tracestate }),
  };
}

/** Throws for a token that is none, whether or not the handler is going to read with it. */
function consistencyTokenOf({ headers }: FastifyRequest, db: HttpAppOptions['db']): string | undefined {
  const token = headers['x-consistency-token'];
  if (typeof token !== 'string') return undefined;
  db?.readYourWrites(token);
  return token;
}

const scopeOf = ({ tenantId, kind, subject }: Principal, { id }: FastifyRequest): TenantScope => ({
  tenantId,
  actor: `${kind} ${subject}`,
  correlationId: id,
});

/** The write is committed by now: without its token it is still done, and an error would have it sent again. */
async function addConsistencyToken(
  {
    request,
    reply,
    carried,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly carried: string | undefined },
  db: HttpAppOptions['db'],
): Promise<void> {
  try {
    const token = await db?.consistencyToken(carried);
    if (token !== undefined) reply.header('x-consistency-token', token);
  } catch (error) {
    request.log.warn({ err: error }, 'no consistency token to be had');
  }
}

function checkResponse(spec: EndpointSpec, answer: unknown): void {
  const schema = Object.values(spec.responses)[0];
  // What is checked is what the client gets: after JSON, where undefined keys are gone.
  const parsed = schema?.safeParse(answer === undefined ? undefined : JSON.parse(JSON.stringify(answer)));
  if (parsed?.success === false) throw new Error(`${spec.id} answers against its contract: ${parsed.error.message}`);
}
