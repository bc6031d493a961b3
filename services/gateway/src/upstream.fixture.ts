import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListRevocations, type Revocation } from '@soc/contracts/auth/revocations';
import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { onTestFinished } from 'vitest';

/** A real HTTP server in the place of a service. */
export interface FakeService {
  readonly url: string;
  readonly server: Server;
  /** Of every request but the probes, and what the gateway asks auth for itself. */
  readonly seen: readonly IncomingMessage[];
  /** What it does from now on. */
  readonly answer: (listener: RequestListener) => void;
  /** What it has revoked, where it stands for auth; the gateway is told within `REVOCATION_POLL_MS`. */
  readonly revoke: (revocation: Revocation) => void;
  /** Whether it answers its probes. */
  readonly setAlive: (isAlive: boolean) => void;
  readonly close: () => Promise<void>;
}

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const OK_REPORT = { status: 'ok', service: 'x', version: '1.2.3', uptimeS: 7, checks: { database: { status: 'ok' } } };

/** Listens until the test is over, on a free port unless told; answers its probes and `{}` to the rest until told otherwise. */
export async function startFakeService(
  listener: RequestListener = (_, response) => json(response, 200, {}),
  {
    host = '127.0.0.1',
    port: wanted = 0,
    issuesTokens = false,
  }: {
    readonly host?: string;
    readonly port?: number;
    /** The listener gives the gateway its token. */
    readonly issuesTokens?: boolean;
  } = {},
) {
  const seen: IncomingMessage[] = [];
  const revoked: Revocation[] = [];
  let current = listener;
  let isAlive = true;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/health')) {
      json(response, isAlive ? 200 : 500, request.url === '/health' ? OK_REPORT : {});
      return;
    }
    if (request.url?.startsWith(ListRevocations.url)) {
      const after = Number(new URL(request.url, 'http://auth').searchParams.get('after') ?? 0);
      json(response, 200, { items: revoked.slice(after), nextCursor: String(revoked.length) });
      return;
    }
    if (request.url === CreateServiceToken.url && !issuesTokens) {
      json(response, 200, { accessToken: 'of-the-gateway', expiresInS: 300 });
      return;
    }
    seen.push(request);
    current(request, response);
  });
  server.listen(wanted, host);
  await once(server, 'listening');
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(close);
  const service: FakeService = {
    url: `http://${host}:${port}`,
    server,
    seen,
    answer: (next) => {
      current = next;
    },
    revoke: (revocation) => void revoked.push(revocation),
    setAlive: (next) => {
      isAlive = next;
    },
    close,
  };
  return service;
}
