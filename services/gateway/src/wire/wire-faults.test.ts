import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startRawService } from '../raw-service.fixture.ts';
import type { Flow } from './answer.ts';
import type { Wires } from './wires.ts';
import { ask, startHttp, wiresTo } from './wires.fixture.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

test('bytes that nobody asked for are never the answer to the next request', async () => {
  const sockets: Socket[] = [];
  const origin = await startRawService((socket) => {
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

/** Answers each request on a connection with its path, and notes what it was sent. */
function answerPaths(socket: Socket, seen: string[]): void {
  socket.on('data', (bytes) => {
    for (const [, path = ''] of bytes.toString().matchAll(/^[A-Z]+ (\S+) HTTP/gm)) {
      seen.push(path);
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`);
    }
  });
}

/** In a later turn, in which what was written at its beginning is read too. */
const inOneTurn = <Result>(work: () => Promise<Result>): Promise<Result> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(work()), 20);
  });

const postTo = (wires: Wires, path: string) => ask(wires, { method: 'POST', path }).then(({ body }) => body.toString());

test('bytes that come between a request being given to a connection and being written are not its answer', async () => {
  const [seen, sockets]: [string[], Socket[]] = [[], []];
  const origin = await startRawService((socket) => {
    sockets.push(socket);
    answerPaths(socket, seen);
  });
  const wires = wiresTo(origin, { maxConnections: 1 });
  await postTo(wires, '/warm');
  const paths = ['/a', '/b', '/c'];
  const answers = await inOneTurn(() => {
    sockets[0]?.write(OK.replace('ok', 'NO'));
    return Promise.all(paths.map((path) => postTo(wires, path)));
  });
  expect([answers, seen]).toEqual([paths, ['/warm', ...paths]]);
});

test('what comes behind an answer that fills what is read at once is not the answer to who waits in line', async () => {
  const seen: string[] = [];
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 65494\r\n\r\n';
  const origin = await startRawService((socket) => {
    if (seen.length > 0) return answerPaths(socket, seen);
    socket.once('data', () => {
      seen.push('/first');
      socket.write(`${head}${'x'.repeat(65_536 - head.length)}${OK.replace('ok', 'NO')}`);
    });
  });
  const wires = wiresTo(origin, { maxConnections: 1 });
  const answers = await Promise.all(['/first', '/a', '/b'].map((path) => postTo(wires, path)));
  expect([answers.slice(1), seen]).toEqual([
    ['/a', '/b'],
    ['/first', '/a', '/b'],
  ]);
});

test('a request whose connection closes before it is written goes over another, whatever its method', async () => {
  const [seen, sockets]: [string[], Socket[]] = [[], []];
  const origin = await startRawService((socket) => {
    sockets.push(socket);
    answerPaths(socket, seen);
  });
  const wires = wiresTo(origin);
  await postTo(wires, '/warm');
  const answer = await inOneTurn(() => {
    sockets[0]?.end();
    return postTo(wires, '/a');
  });
  expect([answer, seen, sockets.length]).toEqual(['/a', ['/warm', '/a'], 2]);
});

test('a connection that was never used is closed when it has been idle for long enough', async () => {
  const sockets: Socket[] = [];
  const origin = await startRawService((socket) => void sockets.push(socket));
  const wires = wiresTo(origin, { idleMs: 200 });
  ask(wires, { onStart: (flow) => flow.abort(new Error('nobody waits')) }).catch(() => undefined);
  await waitFor(() => sockets.length === 1);
  sockets[0]?.resume();
  const ended = once(sockets[0] as Socket, 'end', { signal: AbortSignal.timeout(5_000) });
  await expect(ended).resolves.toEqual([]);
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
  const origin = await startRawService((socket) => {
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
  const origin = await startRawService((socket) => {
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
