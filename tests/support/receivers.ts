import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface Mailbox {
  readonly port: number;
  /** Messages as they arrived, headers and all. */
  readonly messages: readonly string[];
  readonly close: () => Promise<void>;
}

/** A real SMTP server that keeps what it is sent; on loopback when no `host` is said. */
export async function startMailbox(host = '127.0.0.1'): Promise<Mailbox> {
  const messages: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      text(stream).then(
        (message) => {
          messages.push(message);
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  const listening = server.listen(0, host);
  await once(listening, 'listening');
  return {
    // A TCP server's address has a port.
    port: (listening.address() as AddressInfo).port,
    messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  readonly close: () => Promise<void>;
}

/** A real HTTP server that answers 200 `{}` and keeps what it was asked; on loopback when no `host` is said. */
export async function startReceiver(host = '127.0.0.1'): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
      () => response.destroy(),
    );
  });
  server.listen(0, host);
  await once(server, 'listening');
  // A TCP server's address has a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    host,
    port,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
