import { waitFor } from '@soc/fleet/testing';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { startRawService } from './raw-service.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const goneUrl = async (): Promise<string> => {
  const { url, close } = await startFakeService();
  await close();
  return url;
};

const me = (gateway: TestGateway) => gateway.send({ path: '/api/v1/auth/me' });
const logIn = (gateway: TestGateway, body = '{}') =>
  gateway.send({ method: 'POST', path: '/api/v1/auth/login', body, headers: { 'content-type': 'application/json' } });
const stateOf = async (gateway: TestGateway, name = 'auth-0'): Promise<string> => {
  const metrics = (await gateway.send({ path: '/metrics' })).text;
  return new RegExp(`soc_gateway_breaker_state{[^}]*upstream_instance="${name}"[^}]*} (\\S+)`).exec(metrics)?.[1] ?? '';
};

test('a service that is not there is answered 503 with a hint to come back, and nothing of where it was', async () => {
  const url = await goneUrl();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: url });
  const { status, headers, text, body } = await me(gateway);
  expect([status, body['code'], headers['retry-after']]).toEqual([503, 'gateway.unavailable', '1']);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
  expect((await gateway.send({ path: '/api/v1/alerts' })).body['code']).toBe('gateway.unavailable');
});

test('an instance that hangs is given up after its time, with 504', async () => {
  const auth = await startFakeService(() => undefined);
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_HEADERS_TIMEOUT_MS: '200' });
  const { status, body } = await me(gateway);
  expect([status, body['code']]).toEqual([504, 'gateway.timeout']);
});

test('an answer that stops in the middle while it is small becomes 504 or 502; nothing of it is seen', async () => {
  const auth = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":');
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_BODY_TIMEOUT_MS: '200' });
  expect((await me(gateway)).status).toBe(504);
  auth.answer((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":', () => response.destroy());
  });
  const { status, body } = await logIn(gateway);
  expect([status, body['code']]).toEqual([502, 'gateway.bad_answer']);
});

test('a stream that is reset in the middle is cut off at the client, never ended as if it were whole', async () => {
  const storage = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-length': String(10 * 1024 * 1024) });
    response.write(Buffer.alloc(1024 * 1024), () => response.destroy());
  });
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: storage.url });
  const id = '00000000-0000-7000-8000-00000000abcd';
  const { statusCode, body } = await request(`${gateway.url}/api/v1/storage/objects/${id}/content`, {
    headers: { authorization: `Bearer ${gateway.tokens.admin}` },
  });
  expect(statusCode).toBe(200);
  await expect(body.bytes()).rejects.toThrow(/terminated|closed/);
});

test.each([
  ['is no HTTP', 'hello there\r\n\r\n'],
  ['has a header that cannot be one', 'HTTP/1.1 200 OK\r\nx-bad: a\u0001b\r\ncontent-length: 2\r\n\r\nok'],
  ['has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
  ['has a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
])('an answer that %s is answered 502', async (_, bytes) => {
  const url = await startRawService((socket) => socket.once('data', () => socket.end(bytes)));
  const gateway = await startTestGateway({ UPSTREAM_AUTH: url, UPSTREAM_PROBE_EVERY_MS: '60000' });
  const { status, body } = await logIn(gateway);
  expect([status, body['code']]).toEqual([502, 'gateway.bad_answer']);
});

test('an idempotent request whose connection breaks before the answer is sent again, once', async () => {
  const auth = await startFakeService((incoming, response) => {
    if (auth.seen.length === 1) incoming.socket.destroy();
    else json(response, 200, { tries: auth.seen.length });
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  expect((await me(gateway)).body).toEqual({ tries: 2 });
});

test('a request that is not idempotent is never sent twice', async () => {
  const auth = await startFakeService((incoming) => incoming.socket.destroy());
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  expect((await logIn(gateway)).status).toBe(502);
  expect(auth.seen).toHaveLength(1);
});

test('a change of password is never sent twice, PUT as it is: the second time the old one is a wrong one', async () => {
  const auth = await startFakeService((incoming) => incoming.socket.destroy());
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const headers = { 'content-type': 'application/json' };
  const { status } = await gateway.send({ method: 'PUT', path: '/api/v1/auth/me/password', body: '{}', headers });
  expect(status).toBe(502);
  expect(auth.seen).toHaveLength(1);
});

test('what one instance refuses another gets, whatever the method, body and all', async () => {
  const auth = await startFakeService((incoming, response) => {
    void incoming.toArray().then((chunks) => json(response, 200, { body: chunks.join('') }));
  });
  const gateway = await startTestGateway({
    UPSTREAM_AUTH: `${await goneUrl()},${auth.url}`,
    UPSTREAM_PROBE_EVERY_MS: '60000',
  });
  for (let i = 0; i < 4; i += 1) {
    expect(await logIn(gateway, `{"i":${i}}`)).toMatchObject({ status: 200, body: { body: `{"i":${i}}` } });
  }
});

test('instances take turns; one that fails its probes is left out until it answers again', async () => {
  const [one, two] = [await startFakeService(), await startFakeService()];
  const gateway = await startTestGateway({ UPSTREAM_ALERT: `${one.url},${two.url}`, UPSTREAM_SLOW_RETURN_MS: '100' });
  const share = async (): Promise<readonly [number, number]> => {
    const before = [one.seen.length, two.seen.length] as const;
    for (let i = 0; i < 10; i += 1) await gateway.send({ path: '/api/v1/alerts' });
    return [one.seen.length - before[0], two.seen.length - before[1]];
  };
  expect(await share()).toEqual([5, 5]);
  one.setAlive(false);
  await waitFor(async () => (await share())[0] === 0);
  one.setAlive(true);
  await waitFor(async () => (await share())[0] === 5);
});

test('when every instance fails its probes none is left out', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  auth.setAlive(false);
  await waitFor(async () => {
    const { body } = await gateway.send({ path: '/services/health' });
    return JSON.stringify(body).includes('"healthy":false');
  });
  expect((await me(gateway)).status).toBe(200);
});

test('a breaker opens on an instance that answers 500s, spares it, and closes when it answers well again', async () => {
  const auth = await startFakeService((_, response) => json(response, 500, { code: 'internal' }));
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, BREAKER_VOLUME: '5', BREAKER_RESET_MS: '300' });
  expect(await stateOf(gateway)).toBe('0');
  for (let i = 0; i < 5; i += 1) expect((await me(gateway)).status).toBe(500);
  expect(await stateOf(gateway)).toBe('1');
  expect((await me(gateway)).body['code']).toBe('gateway.unavailable');
  expect(auth.seen).toHaveLength(5);
  await waitFor(async () => (await stateOf(gateway)) === '0.5');
  expect((await me(gateway)).status).toBe(500);
  expect(await stateOf(gateway)).toBe('1');
  auth.answer((_, response) => json(response, 200, {}));
  await waitFor(async () => (await stateOf(gateway)) === '0.5');
  expect((await me(gateway)).status).toBe(200);
  expect(await stateOf(gateway)).toBe('0');
});

test('refusals and clients that leave do not open a breaker', async () => {
  const auth = await startFakeService((_, response) => json(response, 404, { code: 'x' }));
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, BREAKER_VOLUME: '5' });
  for (let i = 0; i < 20; i += 1) await me(gateway);
  auth.answer(() => undefined);
  const headers = { authorization: `Bearer ${gateway.tokens.admin}` };
  for (let i = 0; i < 20; i += 1) {
    const signal = AbortSignal.timeout(20);
    await request(`${gateway.url}/api/v1/auth/me`, { headers, signal }).catch(() => undefined);
  }
  auth.answer((_, response) => json(response, 200, {}));
  expect((await me(gateway)).status).toBe(200);
  expect(await stateOf(gateway)).toBe('0');
});

test('a service that refuses a large body at once is heard, and the rest of the body harms nobody', async () => {
  const storage = await startFakeService((incoming, response) => {
    incoming.resume();
    json(response, 422, { code: 'refused' });
  });
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: storage.url });
  const body = Buffer.alloc(20 * 1024 * 1024);
  for (let i = 0; i < 3; i += 1) {
    const answer = await gateway.send({ method: 'POST', path: '/api/v1/storage/objects', body });
    expect([answer.status, answer.body['code']]).toEqual([422, 'refused']);
  }
  expect((await gateway.send({ path: '/api/v1/storage/objects' })).status).toBe(422);
});

test('a body larger than its contract allows is refused at the door', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const { status, body } = await logIn(gateway, 'x'.repeat(1024 * 1024 + 1));
  expect([status, body['code']]).toEqual([413, 'request.too_large']);
  expect(auth.seen).toEqual([]);
  expect((await logIn(gateway, 'x'.repeat(1024 * 1024))).status).toBe(200);
});

test('a large body for a service that is not there is answered 503', async () => {
  const gateway = await startTestGateway({ UPSTREAM_STORAGE: await goneUrl() });
  const body = Buffer.alloc(20 * 1024 * 1024);
  for (let i = 0; i < 3; i += 1) {
    expect((await gateway.send({ method: 'POST', path: '/api/v1/storage/objects', body })).status).toBe(503);
  }
  expect((await gateway.send({ path: '/' })).status).toBe(200);
});
