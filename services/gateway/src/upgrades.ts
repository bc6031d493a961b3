import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ClientConnection } from './upstream/tunnel.ts';

/** Requests to make something else of a connection. */
export interface Upgrades {
  /** Whether Node shall give up the connection; what is not a websocket is an ordinary request (RFC 9110, 7.8). */
  readonly isOne: (request: IncomingMessage) => boolean;
  /** The connection of a request that came as an upgrade. */
  readonly of: (request: IncomingMessage) => ClientConnection | undefined;
  /** Sends upgrades through the app's hooks and routes like every request. */
  readonly serve: (app: FastifyInstance) => void;
}

const isAdmin = (url = ''): boolean => url.startsWith('/admin/');

export function createUpgrades(): Upgrades {
  const connections = new WeakMap<IncomingMessage, ClientConnection>();

  const begin = (app: FastifyInstance, request: IncomingMessage, socket: Socket, head: Buffer): void => {
    connections.set(request, { socket, head });
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    // Whatever is answered but the upgrade itself is the last that this connection carries.
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    app.routing(request, response);
  };

  return {
    isOne: ({ method, headers }) => method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket',
    of: (request) => connections.get(request),
    serve: (app) => {
      // The operators' tools bring their own proxy, which listens for itself.
      app.server.on('upgrade', (request, socket: Socket, head) => {
        if (!isAdmin(request.url)) begin(app, request, socket, head);
        else if (app.server.listenerCount('upgrade') === 1) socket.destroy();
      });
    },
  };
}
