import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@soc/fleet/testing';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { principalSentTo, startTestGateway } from './gateway.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const digestOf = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
};

test('each endpoint goes to the service of its contract, with method, path, query and body as they came', async () => {
  const [alert, intel] = [await startFakeService(), await startFakeService()];
  alert.answer((incoming, response) => {
    void digestOf(incoming).then((digest) => json(response, 201, { digest, url: incoming.url }));
  });
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url, UPSTREAM_INTEL: intel.url });
  const body = '{"title":"x"}';
  const path = '/api/v1/alerts?q=%20a%2Fb&limit=2';
  const headers = { 'content-type': 'application/json' };
  const answer = await gateway.send({ method: 'POST', path, body, headers });
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ digest: createHash('sha256').update(body).digest('hex'), url: path });
  await gateway.send({ path: '/api/v1/incidents' });
  await gateway.send({ path: '/api/v1/intel/indicators' });
  expect(alert.seen.map(({ url }) => url)).toEqual([path, '/api/v1/incidents']);
  expect(intel.seen.map(({ url }) => url)).toEqual(['/api/v1/intel/indicators']);
});

test('what no contract names is not there, and goes nowhere', async () => {
  const alert = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url });
  for (const path of [
    '/api/v1/alerts/x/y/z',
    '/api/v1/nothing',
    '/api/v1',
    '/metrics/..',
    '/api/v1/alerts/../../metrics',
    '/api/v1/alerts/%2e%2e/%2e%2e/health',
    '//api/v1/alerts',
  ]) {
    const { status, body } = await gateway.send({ path });
    expect([path, status, body['code']]).toEqual([path, 404, 'route.not_found']);
  }
  expect((await gateway.send({ method: 'DELETE', path: '/api/v1/alerts' })).status).toBe(404);
  expect(alert.seen).toEqual([]);
});

test('a request without a token, or without the permission, does not reach the service', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const attempts = [
    { path: '/api/v1/auth/users', token: null },
    { path: '/api/v1/auth/users', token: 'not.a.token' },
    { path: '/api/v1/auth/users', token: gateway.tokens.viewer },
  ];
  const answers = await Promise.all(attempts.map((attempt) => gateway.send(attempt)));
  expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
    [401, 'auth.unauthenticated'],
    [401, 'auth.unauthenticated'],
    [403, 'auth.forbidden'],
  ]);
  expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="soc"');
  expect(auth.seen).toEqual([]);
  expect((await gateway.send({ path: '/api/v1/auth/.well-known/jwks.json', token: null })).status).toBe(200);
});

test('the service sees who asks only as the gateway says it', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const claims = { 'x-forwarded-for': '10.0.0.1', 'x-user-id': 'root', 'x-api-key': 'soc_x', cookie: 'a=b' };
  const { headers } = await gateway.send({ path: '/api/v1/auth/me', headers: claims });
  await gateway.send({ path: '/api/v1/auth/.well-known/jwks.json', token: 'not.a.token' });
  const [known, unknown] = auth.seen.map((incoming) => incoming.headers);
  expect(known).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(gateway.url).host,
    host: new URL(auth.url).host,
    'x-request-id': headers['x-request-id'],
    traceparent: headers['traceparent'],
  });
  for (const name of ['x-user-id', 'x-api-key', 'cookie']) expect(known).not.toHaveProperty(name);
  expect(await principalSentTo('auth', known?.authorization)).toEqual(gateway.principals.admin);
  expect(await principalSentTo('alert', known?.authorization)).toBeUndefined();
  expect(unknown).not.toHaveProperty('authorization');
});

test('a request id that the client began goes on, and its trace where clients are trusted with it', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, GATEWAY_TRACE_CONTEXT: 'continue' });
  const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
  const sent = { traceparent, 'x-request-id': 'my-request-1' };
  const { headers } = await gateway.send({ path: '/api/v1/auth/me', headers: sent });
  expect(headers).toMatchObject(sent);
  expect(auth.seen[0]?.headers).toMatchObject(sent);
});

test('a body of many megabytes goes through in both directions, and arrives whole', async () => {
  const storage = await startFakeService();
  const content = randomBytes(1024 * 1024);
  const expected = createHash('sha256');
  const blocks = Array.from({ length: 48 }, () => content);
  for (const block of blocks) expected.update(block);
  const digest = expected.digest('hex');
  storage.answer((incoming, response) => {
    if (incoming.method === 'GET') Readable.from(blocks).pipe(response);
    else void digestOf(incoming).then((received) => json(response, 201, { received }));
  });
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: storage.url });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}`, 'content-type': 'application/octet-stream' };
  const stored = await request(`${gateway.url}/api/v1/storage/objects`, {
    method: 'POST',
    headers,
    body: Readable.from(blocks),
  });
  expect(await stored.body.json()).toEqual({ received: digest });
  const id = '00000000-0000-7000-8000-00000000abcd';
  const read = await request(`${gateway.url}/api/v1/storage/objects/${id}/content`, { headers });
  expect(await digestOf(read.body)).toBe(digest);
});

test('a stranger’s body reaches the service once it is whole, and not when it is large', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const refreshing = httpRequest(`${gateway.url}/api/v1/auth/refresh`, { method: 'POST' });
  refreshing.write('{"refreshToken":');
  expect((await gateway.send({ path: '/api/v1/auth/me' })).status).toBe(200);
  await pause(100);
  expect(auth.seen.map(({ url }) => url)).toEqual(['/api/v1/auth/me']);
  refreshing.end('"x"}');
  const [answer] = (await once(refreshing, 'response')) as [IncomingMessage];
  expect([answer.statusCode, auth.seen.length]).toEqual([200, 2]);

  const large = await request(`${gateway.url}/api/v1/auth/refresh`, {
    method: 'POST',
    body: Readable.from([Buffer.alloc(100_000)]),
  });
  expect([large.statusCode, auth.seen.length]).toEqual([413, 2]);
});

test('a client that reads slowly slows the service down, and the gateway holds nothing in between', async () => {
  let written = 0;
  const storage = await startFakeService((_, response) => {
    const block = Buffer.alloc(256 * 1024);
    const write = (): void => {
      while (written < 400) {
        written += 1;
        if (!response.write(block)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  });
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: storage.url });
  const id = '00000000-0000-7000-8000-00000000abcd';
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const reading = httpRequest(`${gateway.url}/api/v1/storage/objects/${id}/content`, { headers }).end();
  const [answer] = (await once(reading, 'response')) as [IncomingMessage];
  let before = -1;
  await waitFor(
    () => {
      const isStill = written === before;
      before = written;
      return isStill;
    },
    { everyMs: 150 },
  );
  // 100 MiB in all; what the sockets take is a few.
  expect(written).toBeLessThan(100);
  let received = 0;
  for await (const chunk of answer) received += (chunk as Buffer).length;
  expect(received).toBe(400 * 256 * 1024);
});

test('events of a stream arrive one by one, as they are sent', async () => {
  const opened = Promise.withResolvers<(text: string) => void>();
  const notification = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    opened.resolve((text) => response.write(text));
  });
  const gateway = await startTestGateway({ UPSTREAM_NOTIFICATION: notification.url });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const { body, headers: answered } = await request(`${gateway.url}/api/v1/notifications/stream`, { headers });
  expect(answered['content-type']).toBe('text/event-stream');
  const push = await opened.promise;
  const chunks = body[Symbol.asyncIterator]();
  for (const text of ['data: one\n\n', 'data: two\n\n']) {
    push(text);
    const { value } = (await chunks.next()) as { value: Buffer };
    expect(value.toString()).toBe(text);
  }
  body.destroy();
});

test('a gateway that stops ends its event streams instead of waiting for them', async () => {
  const notification = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const gateway = await startTestGateway({ UPSTREAM_NOTIFICATION: notification.url });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const { body } = await request(`${gateway.url}/api/v1/notifications/stream`, { headers });
  const [, text] = await Promise.all([gateway.app.close(), body.text()]);
  expect(text).toBe('');
});

test('a client that leaves takes its request to the service with it', async () => {
  const left = Promise.withResolvers<boolean>();
  const alert = await startFakeService((incoming) => {
    incoming.once('close', () => left.resolve(true));
  });
  const gateway = await startTestGateway({ UPSTREAM_ALERT: alert.url });
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  const leaving = httpRequest(`${gateway.url}/api/v1/alerts`, { headers }).end();
  leaving.once('error', () => undefined);
  await waitFor(() => alert.seen.length === 1);
  leaving.destroy();
  expect(await left.promise).toBe(true);
});

test('an answer without a body, and the head of one, come as they are', async () => {
  const auth = await startFakeService((incoming, response) => {
    if (incoming.method === 'DELETE') response.writeHead(204).end();
    else response.writeHead(200, { 'content-length': '12345' }).end();
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const id = '00000000-0000-7000-8000-00000000abcd';
  expect((await gateway.send({ method: 'DELETE', path: `/api/v1/auth/sessions/${id}` })).status).toBe(204);
  const head = await gateway.send({ method: 'HEAD', path: '/api/v1/auth/me' });
  expect([head.status, head.headers['content-length']]).toEqual([200, '12345']);
});

test('a target in absolute form is refused: this is no proxy to elsewhere', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write('GET http://internal.example/api/v1/auth/me HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('request.malformed');
  expect(auth.seen).toEqual([]);
});
