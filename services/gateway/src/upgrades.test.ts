import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpoint } from '@soc/contracts';
import { startTestService, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { createGatewayService } from './app.ts';

const Console = endpoint({
  id: 'console',
  service: 'notification',
  method: 'GET',
  url: '/api/v1/notifications/console',
  summary: 'A websocket of the tests.',
  permission: 'notifications:read',
  upgrade: 'websocket',
  responses: { 200: z.unknown() },
});

/** A real websocket server that echoes, behind a real gateway. */
async function startConsole() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const heads: IncomingMessage[] = [];
  server.on('connection', (socket, head) => {
    heads.push(head);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const gateway = await startTestService(createGatewayService([Console]), {
    env: { UPSTREAM_NOTIFICATION: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  });
  onTestFinished(async () => {
    await gateway.close();
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const open = (token: string | undefined) =>
    new WebSocket(`${gateway.url.replace('http', 'ws')}${Console.url}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  return { gateway, server, heads, open };
}

async function refusalOf(socket: WebSocket): Promise<number | undefined> {
  socket.on('error', () => undefined); // it tells once more what is asked for here
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  socket.terminate();
  return answer.statusCode;
}

test('a websocket goes through both ways, and the service sees who asks as the gateway says it', async () => {
  const { gateway, heads, open } = await startConsole();
  const socket = open(gateway.tokens.analyst);
  await once(socket, 'open');
  for (const message of [Buffer.from('hello'), Buffer.alloc(3_000_000, 'x')]) {
    socket.send(message);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.equals(message)).toBe(true);
  }
  expect(heads[0]?.headers.authorization).toMatch(/^Bearer /);
  expect(heads[0]?.headers.authorization).not.toContain(gateway.tokens.analyst);
  expect(heads[0]?.headers['x-forwarded-for']).toBe('127.0.0.1');
  socket.close();
  await once(socket, 'close');
});

test('nobody reaches the websocket of a service without the permission', async () => {
  const { gateway, heads, open } = await startConsole();
  expect(await refusalOf(open(undefined))).toBe(401);
  expect(await refusalOf(open('not.a.token'))).toBe(401);
  expect(await refusalOf(open(gateway.tokens.nobody))).toBe(403);
  expect(heads).toEqual([]);
});

test('either side that goes takes the other with it, and a gateway that stops ends them all', async () => {
  const { gateway, server, open } = await startConsole();
  const [left, cut, last] = [1, 2, 3].map(() => open(gateway.tokens.analyst)) as [WebSocket, WebSocket, WebSocket];
  await Promise.all([left, cut, last].map((socket) => once(socket, 'open')));
  left.terminate();
  await waitFor(() => server.clients.size === 2);
  const closed = Promise.all([cut, last].map((socket) => once(socket, 'close')));
  await gateway.app.close();
  await closed;
  await waitFor(() => server.clients.size === 0);
  expect([left, cut, last].map(({ readyState }) => readyState)).toEqual(
    Array.from({ length: 3 }, () => WebSocket.CLOSED),
  );
});

test('an upgrade to anything else is an ordinary request', async () => {
  const { gateway } = await startConsole();
  const asked = httpRequest(`${gateway.url}/health/live`, { headers: { connection: 'upgrade', upgrade: 'h2c' } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
});
