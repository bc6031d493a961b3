import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { startRawService } from '../raw-service.fixture.ts';
import type { Flow } from './answer.ts';
import type { WireRequest } from './request-head.ts';
import { ask, startHttp, wiresTo } from './wires.fixture.ts';

test('a request arrives as it was sent, with its body and what frames it', async () => {
  const { origin } = await startHttp((request, response) => {
    void request.toArray().then((chunks) => {
      const body = createHash('sha256').update(Buffer.concat(chunks)).digest('hex');
      response.end(JSON.stringify({ method: request.method, url: request.url, fields: request.rawHeaders, body }));
    });
  });
  const wires = wiresTo(origin);
  const { host } = new URL(origin);
  for (const sizeBytes of [0, 10, 16_384, 16_385, 500_000]) {
    const body = randomBytes(sizeBytes);
    const fields = ['x-a', 'b\u00FF', 'content-length', '7', 'transfer-encoding', 'chunked', 'host', 'evil'];
    const got = await ask(wires, { method: 'POST', path: '/a?b=%20', fields, body });
    expect(JSON.parse(got.body.toString())).toEqual({
      method: 'POST',
      url: '/a?b=%20',
      fields: ['host', host, 'x-a', 'b\u00FF', 'content-length', String(sizeBytes)],
      body: createHash('sha256').update(body).digest('hex'),
    });
  }
  for (const [method, length] of [['GET'], ['DELETE'], ['POST', '0'], ['PATCH', '0']] as const) {
    const { body } = await ask(wires, { method });
    const fields = length === undefined ? ['host', host] : ['host', host, 'content-length', length];
    expect(JSON.parse(body.toString())).toMatchObject({ method, fields });
  }
});

test.each<Partial<WireRequest>>([
  { path: '/a b' },
  { path: '/a\r\nx: y' },
  { path: 'http://other/' },
  { path: '/\u0100' },
  { method: 'GET / HTTP/1.1\r\n' },
  { method: '' },
  { fields: ['x', 'a\r\ny: b'] },
  { fields: ['x', 'a\nb'] },
  { fields: ['x', 'a\0b'] },
  { fields: ['x', '\u010Da'] },
  { fields: ['x y', 'a'] },
  { fields: ['', 'a'] },
])('%j is not sent', async (request) => {
  const { origin, sockets } = await startHttp((_, response) => response.end());
  const wires = wiresTo(origin);
  await expect(ask(wires, request)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(sockets.size).toBe(0);
});

test('a connection is used again, by one request at a time', async () => {
  const { origin, sockets } = await startHttp((_, response) => void setTimeout(() => response.end('ok'), 20));
  const wires = wiresTo(origin);
  for (let i = 0; i < 5; i += 1) await ask(wires);
  expect(sockets.size).toBe(1);
  await Promise.all(Array.from({ length: 10 }, () => ask(wires)));
  expect(sockets.size).toBe(10);
  await Promise.all(Array.from({ length: 10 }, () => ask(wires)));
  expect(sockets.size).toBe(10);
});

test('the connection used last is used next', async () => {
  const { origin } = await startHttp((request, response) => {
    const port = String(request.socket.remotePort);
    setTimeout(() => response.end(port), request.url === '/slow' ? 20 : 0);
  });
  const wires = wiresTo(origin);
  const portOf = async (path: string) => (await ask(wires, { path })).body.toString();
  await Promise.all(Array.from({ length: 5 }, () => portOf('/slow')));
  const used: string[] = [];
  for (let i = 0; i < 5; i += 1) used.push(await portOf('/'));
  expect(new Set(used).size).toBe(1);
});

test('what is more than there may be connections waits in line, but not for ever, and not when it is given up', async () => {
  const held: (() => void)[] = [];
  const { origin, sockets } = await startHttp((_, response) => void held.push(() => response.end('ok')));
  const wires = wiresTo(origin, { maxConnections: 2 });
  const [first, second] = [ask(wires), ask(wires)];
  const late = ask(wires, { headersTimeoutMs: 150 });
  let given: string[] = [];
  const abort = (flow: Flow): void => {
    given = [...given, 'started'];
    flow.abort(new Error('nobody waits'));
  };
  void ask(wires, { onStart: abort }).catch(() => undefined);
  const third = ask(wires);
  await expect(late).rejects.toMatchObject({ code: 'HEADERS_TIMEOUT' });
  await waitFor(() => held.length === 2);
  for (const end of held.splice(0)) end();
  await Promise.all([first, second]);
  await waitFor(() => held.length === 1);
  held[0]?.();
  await third;
  expect(given).toEqual(['started']);
  // The one that was given up has not cost a connection.
  expect(sockets.size).toBe(2);
});

test('more requests than there is room for cost those that are served nothing', async () => {
  const { origin, sockets } = await startHttp((_, response) => void setTimeout(() => response.end('ok'), 20));
  const wires = wiresTo(origin, { maxConnections: 5 });
  // A quarter of a second of work is asked for at once, four times over.
  const asked = Array.from({ length: 240 }, () => ask(wires, { headersTimeoutMs: 250 }));
  const settled = await Promise.allSettled(asked);
  const late = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as { readonly code: string }] : []));
  expect(settled.length - late.length).toBeGreaterThan(20);
  expect(late.map(({ code }) => code)).toEqual(late.map(() => 'HEADERS_TIMEOUT'));
  // Nobody was sent and then given up, which would have cost its connection.
  expect(sockets.size).toBe(5);
});

test('whoever cannot take more stops the instance, and is not late for that', async () => {
  const written = { bytes: 0 };
  const whole = Buffer.alloc(64 * 1024 * 1024, 'x');
  const { origin } = await startHttp((_, response) => {
    response.writeHead(200, { 'content-length': whole.length });
    for (let at = 0; at < whole.length; at += 65_536) {
      response.write(whole.subarray(at, at + 65_536), () => {
        written.bytes += 65_536;
      });
    }
  });
  const wires = wiresTo(origin);
  const { promise, resolve } = Promise.withResolvers<Flow>();
  const onHead = (flow: Flow): void => {
    flow.pause();
    resolve(flow);
  };
  const answer = ask(wires, { onHead, bodyTimeoutMs: 150 });
  const flow = await promise;
  // Longer than an answer may pause.
  await sleep(500);
  expect(written.bytes).toBeLessThan(whole.length / 2);
  flow.resume();
  expect((await answer).body.equals(whole)).toBe(true);
});

test('an answer that comes before all of the request is sent is taken, and the connection is not used again', async () => {
  const sockets: Socket[] = [];
  const origin = await startRawService((socket) => {
    sockets.push(socket);
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  const wires = wiresTo(origin);
  const body = Buffer.alloc(32 * 1024 * 1024);
  expect((await ask(wires, { method: 'POST', body })).status).toBe(413);
  expect((await ask(wires, { method: 'POST', body })).status).toBe(413);
  expect(sockets).toHaveLength(2);
});

test('answers that come piece by piece at once are not mixed, though all are read into one place', async () => {
  const { origin } = await startHttp((request, response) => {
    const seed = createHash('sha256')
      .update(request.url ?? '')
      .digest();
    response.write(seed);
    let left = 40;
    const more = (): void => {
      left -= 1;
      if (left === 0) response.end();
      else response.write(Buffer.concat(Array.from({ length: 700 }, () => seed)), () => setImmediate(more));
    };
    more();
  });
  const wires = wiresTo(origin);
  const read = async (path: string): Promise<void> => {
    const { body } = await ask(wires, { path });
    const seed = createHash('sha256').update(path).digest();
    expect(body).toHaveLength(32 * (1 + 39 * 700));
    expect(body.equals(Buffer.alloc(body.length, seed))).toBe(true);
  };
  await Promise.all(Array.from({ length: 40 }, (_, index) => read(`/${index}`)));
});

test('closing waits for what is under way, and takes nothing new; destroying does not wait', async () => {
  const held: (() => void)[] = [];
  const { origin, sockets } = await startHttp((request, response) => {
    if (request.url === '/held') held.push(() => response.end('ok'));
    else response.end('ok');
  });
  const wires = wiresTo(origin);
  await Promise.all([ask(wires), ask(wires)]);
  const under = ask(wires, { path: '/held' });
  await waitFor(() => held.length === 1);
  const closed = wires.close();
  await expect(ask(wires)).rejects.toMatchObject({ code: 'CLOSED' });
  held[0]?.();
  expect((await under).body.toString()).toBe('ok');
  await closed;
  await waitFor(() => [...sockets].every(({ destroyed }) => destroyed));

  const others = wiresTo(origin);
  const broken = ask(others, { path: '/held' });
  await waitFor(() => held.length === 2);
  others.destroy();
  await expect(broken).rejects.toMatchObject({ code: 'CLOSED' });
});
