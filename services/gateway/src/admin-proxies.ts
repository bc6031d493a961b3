import { authorise } from '@soc/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayDeps } from './deps.ts';
import { requestFields } from './domain/headers.ts';
import { demandOperator } from './operator-tenant.ts';
import { answerProblem, problemOf } from './upstream-problem.ts';

/**
 * The user interfaces of the operators' tools, for whoever of the tenant that runs the fleet may operate it; their websockets
 * end with a revocation. Each must be configured to live under its path. They have their own logins: the access token stops here, cookies go on.
 */
export async function addAdminProxies(
  app: FastifyInstance,
  { config, openStreams }: Pick<GatewayDeps, 'config' | 'openStreams'>,
): Promise<void> {
  const { GRAFANA_URL, PROMETHEUS_URL, BUS_OPERATOR_TENANT: tenant } = config;
  const tools = [
    { prefix: '/admin/grafana', upstream: GRAFANA_URL },
    { prefix: '/admin/prometheus', upstream: PROMETHEUS_URL },
  ];
  for (const { prefix, upstream } of tools) {
    if (upstream !== undefined) await addAdminProxy(app, { prefix, upstream, tenant, openStreams });
  }
}

type Incoming = Pick<FastifyRequest, 'headers' | 'id' | 'ip' | 'protocol'>;

function headersFor(request: Incoming): Record<string, string> {
  const { headers } = request;
  const fields = requestFields(headers, {
    requestId: request.id,
    traceparent: String(headers['traceparent']),
    clientAddress: request.ip,
    protocol: request.protocol,
    host: headers.host,
    authorization: undefined,
  });
  const sent: Record<string, string> = headers.cookie === undefined ? {} : { cookie: headers.cookie };
  for (let i = 0; i < fields.length; i += 2) sent[fields[i] ?? ''] = fields[i + 1] ?? '';
  return sent;
}

/** The types know the options of the websocket library alone. */
const wsClientOptions = {
  headers: {},
  rewriteRequestHeaders: (_headers: unknown, request: Incoming) => headersFor(request),
};

interface AdminProxy {
  readonly prefix: string;
  readonly upstream: string;
  /** Whose people may use it. */
  readonly tenant: string;
  readonly openStreams: GatewayDeps['openStreams'];
}

async function addAdminProxy(
  app: FastifyInstance,
  { prefix, upstream, tenant, openStreams }: AdminProxy,
): Promise<void> {
  // Loaded only where it is used: it brings a websocket library and a second proxy.
  const { default: httpProxy } = await import('@fastify/http-proxy');
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(httpProxy, {
      upstream,
      prefix,
      rewritePrefix: prefix,
      websocket: true,
      // By default a GET that is answered 503 would be sent eleven times.
      retryMethods: [],
      disableRequestLogging: true,
      destroyAgent: true,
      preHandler: (request, reply, done) => {
        authorise({ permission: 'fleet:operate' }, request.principal);
        if (request.principal) demandOperator(request.principal, tenant);
        if (request.headers.upgrade !== undefined) openStreams.add(reply.raw, request.principal);
        // These are pages: what they may load is theirs to say.
        request.passage.isPage = true;
        done();
      },
      replyOptions: {
        rewriteRequestHeaders: (request) => headersFor(request),
        onError: (reply, { error }) => {
          const isLate = 'statusCode' in error && error.statusCode === 504;
          // The types allow for HTTP/2, which this server does not speak.
          const http1 = reply as unknown as FastifyReply;
          answerProblem(problemOf(isLate ? 'timed_out' : 'unreachable'), http1.request, http1);
        },
      },
      wsClientOptions,
    });
  });
}
