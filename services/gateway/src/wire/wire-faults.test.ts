import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { Flow } from './answer.ts';
import { ask, startHttp, startRaw, wiresTo } from './wires.fixture.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

test('bytes that nobody asked for are never the answer to the next request', async () => {
  const sockets: Socket[] = [];
  const origin = await startRaw((socket) => {
    sockets.push(socket);
    socket.on('data', () => socket.write(sockets.length === 1 ? `${OK}${OK.replace('ok', 'NO')}` : OK));
  });
  const wires = wiresTo(origin);
  expect((await ask(wires)).body.toString()).toBe('ok');
  expect((await ask(wires)).body.toString()).toBe('ok');
  expect(sockets).toHaveLength(2);
  sockets[1]?.write(OK.replace('ok', 'NO'));
  await once(sockets[1] as Socket, 'close');
  expect((await ask(wires)).body.toString()).toBe('ok');
  expect(sockets).toHaveLength(3);
});

test('a connection that the instance closed, or is about to close, is not used', async () => {
  const { origin, sockets } = await startHttp((_, response) => response.end('ok'), { keepAliveMs: 2_000 });
  const wires = wiresTo(origin);
  await ask(wires); // which says that it will be kept for 2 s, and so is for one
  await waitFor(() => [...sockets].every(({ destroyed }) => destroyed), { deadlineMs: 1_900 });
  await ask(wires);
  expect(sockets.size).toBe(2);
  for (const socket of sockets) socket.destroy();
  await sleep(50); // until it is known here
  await ask(wires);
  expect(sockets.size).toBe(3);
});

test('an instance that does not answer, or stops in the middle, is given up in time', async () => {
  const origin = await startRaw((socket) => {
    socket.once('data', (bytes) => {
      if (bytes.includes('/half')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
      if (bytes.includes('/drop')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', () => socket.end());
      if (bytes.includes('/drip')) setInterval(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 50).unref();
    });
  });
  const wires = wiresTo(origin);
  await expect(ask(wires, { headersTimeoutMs: 100 })).rejects.toMatchObject({ code: 'HEADERS_TIMEOUT' });
  await expect(ask(wires, { path: '/drip', headersTimeoutMs: 300 })).rejects.toMatchObject({ code: 'HEADERS_TIMEOUT' });
  await expect(ask(wires, { path: '/half', bodyTimeoutMs: 100 })).rejects.toMatchObject({ code: 'BODY_TIMEOUT' });
  await expect(ask(wires, { path: '/drop' })).rejects.toMatchObject({ code: 'CUT_OFF' });
});

test('what is not framed ends where the connection does', async () => {
  const origin = await startRaw((socket) => {
    socket.once('data', (bytes) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nall of it');
      if (bytes.includes('/reset')) setTimeout(() => socket.resetAndDestroy(), 50);
      else socket.end(', and the end');
    });
  });
  const wires = wiresTo(origin);
  expect((await ask(wires)).body.toString()).toBe('all of it, and the end');
  await expect(ask(wires, { path: '/reset' })).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('what is given up takes its connection along, and no other', async () => {
  const { origin, sockets } = await startHttp((request, response) => {
    response.write('begun');
    if (request.url === '/') response.end();
  });
  const wires = wiresTo(origin);
  const flow = await new Promise<Flow>((resolve) => {
    ask(wires, { path: '/endless', onHead: resolve }).catch(() => undefined);
  });
  flow.abort(new Error('nobody waits'));
  await waitFor(() => [...sockets][0]?.destroyed);
  expect((await ask(wires)).status).toBe(200);
  flow.abort(new Error('again'));
  flow.pause();
  expect((await ask(wires)).status).toBe(200);
  expect(sockets.size).toBe(2);
});

test('a handler that throws is told so, and what it does not stop goes on', async () => {
  const { origin } = await startHttp((_, response) => response.end('ok'));
  const wires = wiresTo(origin);
  const fail = (): never => {
    throw new Error('no head for the client');
  };
  await expect(ask(wires, { onHead: fail })).rejects.toThrow('no head for the client');
  expect((await ask(wires)).status).toBe(200);
});

/** Listens and takes nothing: the system answers for it until its short line is full. */
async function startStopped(): Promise<string> {
  const program = `
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  return `http://127.0.0.1:${String(port).trim()}`;
}

test('who is not there, or takes no connection in time, has not been sent anything', async () => {
  const started: number[] = [];
  const onStart = (): void => void started.push(1);
  const refused = ask(wiresTo('http://127.0.0.1:1'), { onStart });
  await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(started).toHaveLength(0);

  const wires = wiresTo(await startStopped(), { connectTimeoutMs: 300 });
  const codes: string[] = [];
  const note = ({ code }: { readonly code: string }): void => void codes.push(code);
  const request = { onStart, headersTimeoutMs: 600 };
  await Promise.all(Array.from({ length: 8 }, () => ask(wires, request).then(() => undefined, note)));
  expect(codes.filter((code) => code === 'CONNECT_TIMEOUT').length).toBeGreaterThan(0);
  expect(codes.filter((code) => code === 'HEADERS_TIMEOUT')).toHaveLength(started.length);
});
