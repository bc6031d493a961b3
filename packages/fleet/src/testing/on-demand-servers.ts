import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that few tests need; started when the first of them asks. */
export interface OnDemandServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Tests run in processes of their own, and share what is dear to start: `GET /<name>` starts a server, once for the whole
 * run, and answers its URL, or 503 with the reason why it cannot be had.
 */
export async function startOnDemandServers(
  starters: Readonly<Record<string, () => Promise<OnDemandServer>>>,
): Promise<OnDemandServer> {
  const running = new Map<string, Promise<OnDemandServer>>();
  const ensure = (name: string): Promise<OnDemandServer> => {
    const known = running.get(name);
    if (known) return known;
    const start = starters[name];
    const server = start ? start() : Promise.reject(new Error(`nobody knows how to start ${name}`));
    running.set(name, server);
    return server;
  };
  const http = createServer((request, response) => {
    ensure(request.url?.slice(1) ?? '').then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(503).end(error instanceof Error ? error.message : String(error)),
    );
  });
  http.requestTimeout = 0; // an installation takes its time
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  // A server on a TCP port has an address of that form.
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      http.closeAllConnections();
      http.close();
      for (const server of running.values()) await server.then(({ stop }) => stop()).catch(() => undefined);
    },
  };
}
