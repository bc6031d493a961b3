import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body: string;
}

export interface EffectServer {
  readonly url: string;
  readonly host: string;
  readonly received: () => readonly ReceivedRequest[];
  /** How often a path was asked for. */
  readonly count: (path: string) => number;
  readonly close: () => Promise<void>;
}

type Answer = (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>;

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  // An IncomingMessage without encoding gives Buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = request;
  return { method, path: url, key: String(headers['idempotency-key']), body: Buffer.concat(chunks).toString() };
}

/** A system that playbooks act on: it counts every effect, also those whose answer nobody gets. */
export async function startEffectServer(
  answer: Answer = (_, response) => void response.end('{}'),
  onPort = 0,
): Promise<EffectServer> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      received.push(one);
      return answer(one, response);
    });
  });
  server.listen(onPort, '127.0.0.1');
  await once(server, 'listening');
  // Listening on a port, so the address is no pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    received: () => received,
    count: (path) => received.filter((one) => one.path === path).length,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
