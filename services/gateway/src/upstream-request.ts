import type { IncomingHttpHeaders } from 'node:http';
import type { EndpointSpec } from '@soc/contracts';
import type { Principal } from '@soc/identity';
import type { GatewayDeps } from './deps.ts';
import { deadlineOf } from './domain/deadline.ts';
import { requestFields } from './domain/headers.ts';
import type { UpstreamRequest } from './upstream/forward.ts';
import type { RequestBody } from './upstream/request-body.ts';
import type { ClientConnection } from './upstream/tunnel.ts';

export const EVENT_STREAM = 'text/event-stream';

/** What is known of a request that goes on to a service, whichever way it came. */
export interface Admitted {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly traceparent: string;
  readonly clientAddress: string;
  readonly protocol: string;
  readonly principal: Principal | undefined;
  /** By when the client wants its answer, on the clock of `performance.now()`; undefined when it did not say. */
  readonly deadlineAtMs: number | undefined;
  /** The client's connection, for a request to make a websocket of it. */
  readonly upgrade: ClientConnection | undefined;
}

/** What a service is sent for a request to one of its endpoints. */
export function upstreamRequestOf(
  spec: EndpointSpec,
  admitted: Admitted,
  body: RequestBody,
  { config, internalTokens }: Pick<GatewayDeps, 'config' | 'internalTokens'>,
): UpstreamRequest {
  const { headers, principal } = admitted;
  const isEventStream = spec.produces === EVENT_STREAM;
  const headersTimeoutMs = spec.timeoutMs ?? config.UPSTREAM_HEADERS_TIMEOUT_MS;
  const mayTakeLong = isEventStream || body.kind === 'streamed';
  return {
    method: admitted.method,
    path: admitted.path,
    fields: requestFields(headers, {
      requestId: admitted.requestId,
      traceparent: admitted.traceparent,
      clientAddress: admitted.clientAddress,
      protocol: admitted.protocol,
      host: headers.host,
      authorization: principal && internalTokens.authorizationFor(principal, spec.service),
    }),
    body,
    isOnce: spec.isOnce,
    headersTimeoutMs,
    upgrade: admitted.upgrade,
    bodyTimeoutMs: isEventStream ? 0 : config.UPSTREAM_BODY_TIMEOUT_MS,
    deadline: deadlineOf(admitted.deadlineAtMs, {
      startMs: performance.now(),
      limitMs: mayTakeLong ? undefined : headersTimeoutMs,
    }),
  };
}
