import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { startTestGateway } from './gateway.fixture.ts';
import { startRawService } from './raw-service.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const MEGABYTE = 1024 * 1024;

/** Answers with how many bytes came. */
function count(incoming: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
  incoming.once('end', () => json(response, 201, { bytes }));
}

function* megabytes(howMany: number): Generator<Buffer> {
  const block = Buffer.alloc(MEGABYTE);
  for (let i = 0; i < howMany; i += 1) yield block;
}

/** Sends bytes as they are, and reads until the other side ends. */
async function converse(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test('two gigabytes go through, and the memory stays where it was', async () => {
  const storage = await startFakeService(count);
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: storage.url });
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  const watching = setInterval(() => {
    const { rss } = process.memoryUsage();
    [lowest, highest] = [Math.min(lowest, rss), Math.max(highest, rss)];
  }, 50);
  const stored = await request(`${gateway.url}/api/v1/storage/objects`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.tokens.admin}`, 'content-type': 'application/octet-stream' },
    body: Readable.from(megabytes(2_048)),
  });
  clearInterval(watching);
  expect(await stored.body.json()).toEqual({ bytes: 2_048 * MEGABYTE });
  // Client, gateway and service are all in this process, each with its buffers and its garbage.
  expect((highest - lowest) / MEGABYTE).toBeLessThan(300);
}, 300_000);

test('a body that does not say its length is cut off at the limit of its endpoint, and the instance is not blamed', async () => {
  const auth = await startFakeService(count);
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, BREAKER_VOLUME: '2' });
  for (let i = 0; i < 4; i += 1) {
    const answer = await request(`${gateway.url}/api/v1/auth/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.tokens.admin}`, 'content-type': 'application/json' },
      body: Readable.from(megabytes(3)),
    });
    expect([answer.statusCode, await answer.body.json()]).toMatchObject([413, { code: 'request.too_large' }]);
  }
  expect((await gateway.send({ path: '/api/v1/auth/me' })).status).toBe(201);
});

test('who asks before sending a body hears yes once they may send it, and the refusal otherwise', async () => {
  const auth = await startFakeService(count);
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const ask = (token: string): string =>
    `POST /api/v1/auth/users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n` +
    'expect: 100-continue\r\nconnection: close\r\ncontent-length: 2\r\n\r\n';
  expect(await converse(gateway.url, `${ask(gateway.tokens.admin)}{}`)).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /,
  );
  expect(auth.seen[0]?.headers).not.toHaveProperty('expect');
  expect(await converse(gateway.url, ask(gateway.tokens.viewer))).toMatch(/^HTTP\/1\.1 403 /);
  expect(auth.seen).toHaveLength(1);
});

test('early hints go on to the client before the answer', async () => {
  const auth = await startFakeService((_, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' }, () => json(response, 200, {}));
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const asking = httpRequest(`${gateway.url}/api/v1/auth/me`, { headers }).end();
  const answered = once(asking, 'response');
  const [information] = (await once(asking, 'information')) as [IncomingMessage];
  expect([information.statusCode, information.headers['link']]).toEqual([103, '</style.css>; rel=preload; as=style']);
  const [answer] = (await answered) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
});

test('hints that are none, or more than there can be reason for, end here, and cost little', async () => {
  const url = await startRawService((socket) => {
    socket.once('data', () => {
      // What looks for a match by trial doubles its time with each of these.
      const endless = `link: </a>${';a=b'.repeat(40)} "`;
      const hint = (field: string) => `HTTP/1.1 103 Early Hints\r\n${field}\r\n\r\n`;
      const hints = hint(endless) + hint('link: </b>; rel=preload; type="text/css"').repeat(100);
      socket.end(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}`);
    });
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: url, UPSTREAM_PROBE_EVERY_MS: '60000' });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const asking = httpRequest(`${gateway.url}/api/v1/auth/me`, { headers }).end();
  const links: unknown[] = [];
  asking.on('information', (information) => links.push(information.headers['link']));
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
  expect(links).toEqual(Array.from({ length: 8 }, () => '</b>; rel=preload; type="text/css"'));
});

test('what is meant for one connection ends there, in both directions, and trailers with it', async () => {
  const auth = await startFakeService((incoming, response) => {
    incoming.resume();
    response.writeHead(200, {
      connection: 'x-hop',
      'x-hop': 'theirs',
      'keep-alive': 'timeout=9',
      'proxy-authenticate': 'Basic',
      trailer: 'x-late',
      'x-kept': 'yes',
    });
    response.addTrailers({ 'x-late': '1' });
    response.end('{}');
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const text = await converse(
    gateway.url,
    `POST /api/v1/auth/users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.tokens.admin}\r\n` +
      'connection: close, x-mine\r\nx-mine: 1\r\nte: trailers\r\ntrailer: x-later\r\nkeep-alive: 5\r\nproxy-authorization: x\r\n' +
      'transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx-later: 1\r\n\r\n',
  );
  expect(text).toMatch(/\r\nx-kept: yes\r\n/);
  expect(text).not.toMatch(/x-hop|x-late|timeout=9|proxy-authenticate/i);
  const [seen] = auth.seen;
  for (const name of ['x-mine', 'te', 'trailer', 'keep-alive', 'proxy-authorization', 'x-later']) {
    expect(seen?.headers).not.toHaveProperty(name);
  }
  expect([seen?.headers['via'], seen?.trailers]).toEqual(['1.1 soc-gateway', {}]);
});

test('an answer that says it was not modified keeps its fields and has no body', async () => {
  const auth = await startFakeService((_, response) => response.writeHead(304, { etag: '"7"' }).end());
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const { status, headers, text } = await gateway.send({ path: '/api/v1/auth/me' });
  expect([status, headers['etag'], text]).toEqual([304, '"7"', '']);
});
