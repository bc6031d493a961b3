import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndpointSpec } from '@soc/contracts';
import { clientNetworkOf, refusalOf } from '@soc/service-kit';
import type { FastifyInstance } from 'fastify';
import { Crossing, type Sender } from './crossing.ts';
import type { ExpressDeps, ExpressParts } from './express-deps.ts';
import { createExpressRoutes, type ExpressRoute } from './express-routes.ts';
import { isOrdinary, ordinaryLengthOf } from './ordinary.ts';

const BEARER = 'Bearer ';

/**
 * Takes plain requests past Fastify: a path without anything encoded, a token that is remembered, a body that is here, no field that
 * asks for more. They are judged by the parts that judge all others, in the same order, and nothing is done for one before it is certain
 * that it goes this way; every other goes to Fastify untouched, and so does what ends in a problem (ADR 0043).
 */
export function addExpress(
  app: FastifyInstance,
  endpoints: readonly EndpointSpec[],
  parts: ExpressParts,
  isLeaving: () => boolean,
): void {
  const { config, findings, shedder, verifier } = parts;
  const deps: ExpressDeps = {
    ...parts,
    handOver: (request, response, finding) => {
      findings.note(request, finding);
      app.routing(request, response);
    },
  };
  const routeOf = createExpressRoutes(endpoints);
  // Behind a proxy the client is whom the proxy names.
  let isShut = config.TRUSTED_PROXIES.length > 0;
  // Fastify says on every answer from here on that it is the last of its connection.
  app.addHook('preClose', (done) => {
    isShut = true;
    done();
  });

  /** Undefined for whoever must be looked at more closely, or is to be refused. */
  const senderOf = ({ headers, socket }: IncomingMessage, { spec, traffic }: ExpressRoute): Sender | undefined => {
    const { authorization } = headers;
    const { remoteAddress: address } = socket;
    if (!authorization?.startsWith(BEARER) || address === undefined) return undefined;
    const principal = verifier.recall(authorization.slice(BEARER.length));
    if (!principal || refusalOf(spec, principal)) return undefined;
    const client = clientNetworkOf(address);
    return shedder.hasRoomFor(traffic, client) ? { principal, address, client } : undefined;
  };
  const crossingOf = (request: IncomingMessage, response: ServerResponse, route: ExpressRoute) => {
    try {
      const sender = senderOf(request, route);
      return sender && new Crossing(deps, route, request, response, sender);
    } catch {
      // What throws here throws again on the long way, where it is answered and told of.
      return undefined;
    }
  };
  const carry = (request: IncomingMessage, response: ServerResponse, route: ExpressRoute): void => {
    const crossing = crossingOf(request, response, route);
    if (crossing) crossing.cross();
    else app.routing(request, response);
  };

  const [appListener, ...others] = app.server.listeners('request') as (() => void)[];
  if (!appListener || others.length > 0) throw new Error('only the app may have listened for requests');
  app.server.off('request', appListener);
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const route = isShut || isLeaving() ? undefined : routeOf(request.method ?? '', request.url ?? '');
    if (!route || !isOrdinary(request, response)) return app.routing(request, response);
    const lengthBytes = ordinaryLengthOf(request, route.bodyLimitBytes);
    if (lengthBytes === undefined) return app.routing(request, response);
    if (lengthBytes === 0) return carry(request, response, route);
    // What came with the head is read once whoever waits for the head has had it.
    void Promise.resolve().then(() => {
      if (request.readableLength === lengthBytes) carry(request, response, route);
      else app.routing(request, response);
    });
  });
}
