import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AnswerHandler, Flow } from './answer.ts';
import type { WireRequest } from './request-head.ts';
import { Wires, type WiresOptions } from './wires.ts';

/** A service, and every connection it was ever asked on. */
export async function startHttp(listener: RequestListener, { keepAliveMs = 60_000 } = {}) {
  const sockets = new Set<Socket>();
  const server = createHttpServer({ keepAliveTimeout: keepAliveMs }, listener);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address with a port.
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

export function wiresTo(origin: string, changes: Partial<WiresOptions> = {}): Wires {
  const wires = new Wires({ origin, maxConnections: 100, connectTimeoutMs: 1_000, idleMs: 30_000, ...changes });
  onTestFinished(() => wires.destroy());
  return wires;
}

interface Got {
  readonly status: number;
  readonly body: Buffer;
}

export interface Asked extends Partial<WireRequest> {
  readonly onHead?: (flow: Flow) => void;
  readonly onStart?: (flow: Flow) => void;
}

/** Rejects with the error that the handler was told. */
export function ask(wires: Wires, { onHead, onStart, ...changes }: Asked = {}): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  let status = 0;
  const chunks: Buffer[] = [];
  const handler: AnswerHandler = {
    onRequestStart: (flow) => onStart?.(flow),
    onResponseStart: (flow, code) => {
      status = code;
      onHead?.(flow);
    },
    onResponseData: (_, bytes) => void chunks.push(bytes),
    onResponseEnd: () => resolve({ status, body: Buffer.concat(chunks) }),
    onResponseError: (_, error) => reject(error),
  };
  const request = { method: 'GET', path: '/', fields: [], body: null, headersTimeoutMs: 5_000, bodyTimeoutMs: 5_000 };
  wires.dispatch({ ...request, ...changes }, handler);
  return promise;
}
