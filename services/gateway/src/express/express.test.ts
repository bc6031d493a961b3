import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { startTraceCollector, takeFreePorts, waitFor } from '@soc/fleet/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../gateway.fixture.ts';
import { json, startFakeService } from '../upstream.fixture.ts';
import { type Asked, createRecorder, sendBothWays, tellsOfRate, type Way } from './two-ways.fixture.ts';

const ID = '0190a3f4-6c1e-7b3a-9d2e-5f6a7b8c9d0e';
const ALERT = `/api/v1/alerts/${ID}`;
const JSON_BODY = { 'content-type': 'application/json' };
const TRACED = { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`, 'x-request-id': 'both-ways-1' };

/** How the service answers, by what a request says in `x-want`. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  plain: (response) => json(response, 200, { title: 'é' }),
  created: (response) => {
    response.setHeader('x-consistency-token', 'abc');
    json(response, 201, { id: ID });
  },
  nothing: (response) => void response.writeHead(204).end(),
  unchanged: (response) => void response.writeHead(304, { etag: '"1"' }).end(),
  missing: (response) => json(response, 404, { code: 'alert.not_found' }),
  fault: (response) => json(response, 500, { code: 'internal' }),
  unusual: (response) => {
    const own = { etag: '"1"', vary: 'accept', 'x-request-id': 'its-own-id', traceparent: 'its own', 'x-empty': '' };
    const kept = { 'cache-control': 'private, max-age=5', 'x-frame-options': 'SAMEORIGIN', ratelimit: '"its";r=1' };
    const hops = { connection: 'close, x-hop', 'x-hop': '1', 'proxy-authenticate': 'Basic' };
    const repeated = { 'set-cookie': ['a=1', 'b=2'] };
    response.writeHead(200, { ...own, ...kept, ...hops, ...repeated, 'content-length': 2 }).end('{}');
  },
  chunked: (response) => {
    response.writeHead(200, JSON_BODY);
    response.write('{');
    response.end('}');
  },
  large: (response) => void response.writeHead(200, { 'content-length': 100_000 }).end('x'.repeat(100_000)),
  broken: (response) => {
    response.writeHead(200, { 'content-length': 10 }).write('half');
    setImmediate(() => response.destroy());
  },
};

const want = (name: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  ...TRACED,
  ...more,
  'x-want': name,
});

/** Requests, and the way they go when nothing makes them go the other. */
const REQUESTS: readonly (Asked & { readonly way: Way })[] = [
  { way: 'express', path: ALERT, headers: want('plain') },
  { way: 'express', path: '/api/v1/alerts?limit=2&q=%20a%2F..&q=?', headers: want('plain') },
  { way: 'express', path: ALERT, headers: want('unusual') },
  { way: 'express', path: ALERT, headers: want('unchanged', { 'if-none-match': '"1"' }) },
  { way: 'express', path: ALERT, headers: want('missing') },
  { way: 'express', path: ALERT, headers: want('fault') },
  { way: 'express', path: ALERT, headers: want('chunked') },
  { way: 'express', path: ALERT, headers: want('large') },
  { way: 'express', path: ALERT, headers: want('plain', { 'x-consistency-token': 'abc', range: 'bytes=0-1' }) },
  {
    way: 'express',
    path: ALERT,
    headers: want('plain', { cookie: 'a=b', 'x-user-id': 'root', te: 'trailers', via: 'x' }),
  },
  {
    way: 'express',
    path: ALERT,
    headers: want('plain', { 'x-forwarded-for': '10.0.0.1', 'x-http-method-override': 'PUT' }),
  },
  {
    way: 'express',
    method: 'POST',
    path: '/api/v1/alerts',
    headers: want('created', JSON_BODY),
    body: '{"title":"é"}',
  },
  { way: 'express', method: 'POST', path: '/api/v1/alerts', headers: want('created', { 'content-length': '0' }) },
  { way: 'express', method: 'PATCH', path: ALERT, headers: want('plain', { 'idempotency-key': 'k' }), body: '{}' },
  { way: 'express', method: 'DELETE', path: `/api/v1/auth/sessions/${ID}`, headers: want('nothing') },
  { way: 'handed over', path: ALERT, headers: want('broken') },
  { way: 'handed over', path: '/api/v1/intel/indicators', headers: TRACED },
  { way: 'long', method: 'HEAD', path: ALERT, headers: want('plain') },
  { way: 'long', path: ALERT, headers: want('plain', { connection: 'close' }) },
  { way: 'long', path: ALERT, headers: want('plain', { origin: 'https://console.example.org' }) },
  { way: 'long', path: ALERT, headers: want('plain', { 'x-request-timeout-ms': '60000' }) },
  { way: 'long', path: ALERT, headers: want('plain', { 'x-request-timeout-ms': 'soon' }) },
  { way: 'long', path: ALERT, headers: TRACED, token: 'no.such.token' },
  { way: 'long', path: `${ALERT}/`, headers: TRACED },
  { way: 'long', path: `/api/v1/alerts/%30${ID.slice(1)}`, headers: want('plain') },
  { way: 'long', path: '/api/v1/alerts/../auth/me', headers: TRACED },
  { way: 'long', path: '/api/v1//alerts', headers: TRACED },
  { way: 'long', path: `/api/v1/alerts/${'x'.repeat(600)}`, headers: TRACED },
  { way: 'long', path: '/api/v1/auth/roles', headers: want('plain', { 'cache-control': 'no-store' }) },
  { way: 'long', path: '/health/live', headers: TRACED },
  { way: 'long', method: 'PUT', path: ALERT, headers: TRACED, body: '{}' },
];

/** Its tokens are remembered; traces are those of the client, since no two are alike that the gateway begins. */
async function startKnowing(env: Parameters<typeof startTestGateway>[0]): Promise<TestGateway> {
  const gateway = await startTestGateway({ GATEWAY_TRACE_CONTEXT: 'continue', ...env });
  for (const token of [gateway.tokens.admin, gateway.tokens.viewer]) {
    await gateway.send({ path: '/api/v1/nothing', token });
  }
  return gateway;
}

const answerAsWanted = ({ headers }: IncomingMessage, response: ServerResponse): void =>
  ANSWERS[String(headers['x-want'])]?.(response);

test.each(['', 'https://console.example.org'])(
  'plain and odd requests are sent on and answered the same both ways, with origins "%s"',
  async (origins) => {
    const { listener, take } = createRecorder(answerAsWanted);
    const service = await startFakeService((request, response) => void listener(request, response));
    const nobody = `http://127.0.0.1:${(await takeFreePorts(1))[0]}`;
    const env = { UPSTREAM_ALERT: service.url, UPSTREAM_AUTH: service.url, UPSTREAM_INTEL: nobody };
    const gateway = await startKnowing({ ...env, CORS_ORIGINS: origins });
    const { plainly, bothWays } = sendBothWays(gateway);
    // Until Redis is there nothing is told of rates.
    await waitFor(async () => tellsOfRate(await plainly({ path: ALERT, headers: want('plain') })));
    for (const { way, ...asked } of REQUESTS) {
      const { plain, long } = await bothWays(asked, take);
      expect({ asked, plain: plain.way, long: long.way }).toEqual({ asked, plain: way, long: 'long' });
      expect({ asked, ...plain, way: 'long' }).toEqual({ asked, ...long });
    }
  },
);

test('who is refused hears the same both ways: without the permission, and too often', async () => {
  const storage = await startFakeService();
  const env = { UPSTREAM_STORAGE: storage.url, RATE_LIMIT_SEARCH_PER_S: '1', RATE_LIMIT_SEARCH_BURST: '1' };
  const gateway = await startKnowing(env);
  const { plainly, theLongWay, bothWays } = sendBothWays(gateway);
  const forbidden = { path: '/api/v1/auth/users', headers: TRACED, token: gateway.tokens.viewer };
  const { plain, long } = await bothWays(forbidden);
  expect([plain.line, plain.way]).toEqual(['403 Forbidden', 'long']);
  expect(plain).toEqual(long);

  const search = { path: '/api/v1/storage/search?q=x', headers: TRACED };
  const untilTooOften = async (send: typeof plainly) => {
    let answer = await send(search);
    await waitFor(async () => (answer = await send(search)).line.startsWith('429'));
    return answer;
  };
  const refused = [await untilTooOften(plainly), await untilTooOften(theLongWay)] as const;
  expect(refused.map(({ way }) => way)).toEqual(['handed over', 'long']);
  expect({ ...refused[0], way: 'long' }).toEqual(refused[1]);
});

const metric = async (gateway: TestGateway, pattern: RegExp): Promise<number> =>
  Number(pattern.exec((await gateway.send({ path: '/metrics', token: null })).text)?.[1] ?? 0);
const inFlight = (gateway: TestGateway) => metric(gateway, /soc_gateway_requests_in_flight\{[^}]*\} (\d+)/);
const counted = (gateway: TestGateway, status: string) =>
  metric(gateway, new RegExp(`soc_gateway_requests_total\\{upstream="alert",status_class="${status}"[^}]*\\} (\\d+)`));

test('a request by express is under way until its answer is closed, and counted once, also when its client leaves or it fails', async () => {
  const held: ServerResponse[] = [];
  const alert = await startFakeService((_, response) => void held.push(response));
  const gateway = await startKnowing({ UPSTREAM_ALERT: alert.url });
  const { plainly } = sendBothWays(gateway);
  const answered = plainly({ path: ALERT });
  const { hostname, port } = new URL(gateway.url);
  const leaving = connect(Number(port), hostname);
  leaving.write(`GET ${ALERT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.tokens.admin}\r\n\r\n`);
  await waitFor(async () => held.length === 2 && (await inFlight(gateway)) === 2);
  const left = Promise.withResolvers<void>();
  for (const response of held) response.once('close', () => !response.writableEnded && left.resolve());
  leaving.destroy();
  await left.promise;
  await waitFor(async () => (await inFlight(gateway)) === 1);
  for (const response of held) json(response, 200, {});
  expect((await answered).way).toBe('express');
  alert.answer((_, response) => void response.destroy());
  expect(await plainly({ path: ALERT })).toMatchObject({ line: '502 Bad Gateway', way: 'handed over' });
  await waitFor(async () => (await inFlight(gateway)) === 0 && (await counted(gateway, '5xx')) === 1);
  expect([await counted(gateway, '2xx'), await counted(gateway, 'aborted')]).toEqual([1, 1]);
});

test('a request is one span, which tells of its instance, whichever way it goes and however it ends', async () => {
  const collector = await startTraceCollector();
  onTestFinished(collector.close);
  const alert = await startFakeService();
  const gateway = await startKnowing({
    UPSTREAM_ALERT: alert.url,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  const { plainly, theLongWay } = sendBothWays(gateway);
  const spansOfAlert = () => collector.spans().filter(({ name }) => name === 'GET /api/v1/alerts/:id');
  expect(await plainly({ path: ALERT, headers: TRACED })).toMatchObject({ line: '200 OK', way: 'express' });
  expect(await theLongWay({ path: ALERT, headers: TRACED })).toMatchObject({ line: '200 OK', way: 'long' });
  alert.answer((_, response) => json(response, 500, { code: 'internal' }));
  expect(await plainly({ path: ALERT, headers: TRACED })).toMatchObject({ way: 'express' });
  alert.answer((_, response) => void response.destroy());
  expect(await plainly({ path: ALERT, headers: TRACED })).toMatchObject({ way: 'handed over' });
  await waitFor(() => spansOfAlert().length === 4);
  await gateway.send({ path: '/api/v1/nothing' });
  await waitFor(() => collector.spans().some(({ name }) => name === 'GET'));
  const told = spansOfAlert().map(({ traceId, attributes }) => ({ traceId, ...attributes }));
  const both = { traceId: 'ab'.repeat(16), 'soc.upstream': 'alert', 'soc.upstream.instances': expect.any(String) };
  expect(told).toMatchObject([200, 200, 500, 502].map((status) => ({ ...both, 'http.response.status_code': status })));
});

test('a token that was revoked goes no way at all', async () => {
  const auth = await startFakeService();
  const gateway = await startKnowing({ UPSTREAM_AUTH: auth.url });
  const { plainly } = sendBothWays(gateway);
  const me = { path: '/api/v1/auth/me', token: gateway.tokens.viewer };
  expect(await plainly(me)).toMatchObject({ line: '200 OK', way: 'express' });
  const at = new Date(Date.now() + 60_000).toISOString();
  auth.revoke({ kind: 'user', subject: gateway.principals.viewer.subject, before: at, at });
  await waitFor(async () => (await plainly(me)).line === '401 Unauthorized');
});

test('a body that comes later than its head goes the long way, whole', async () => {
  const { listener, take } = createRecorder((_, response) => json(response, 201, {}));
  const alert = await startFakeService((request, response) => void listener(request, response));
  const gateway = await startKnowing({ UPSTREAM_ALERT: alert.url });
  sendBothWays(gateway);
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /api/v1/alerts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.tokens.admin}\r\ncontent-length: 4\r\n\r\n{}`,
  );
  await waitFor(() => vi.mocked(gateway.app.routing).mock.calls.length > 0);
  socket.write('  ');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  expect(chunk.toString()).toMatch(/^HTTP\/1\.1 201 /);
  expect(take()).toMatchObject([{ body: '{}  ' }]);
  socket.destroy();
});

test('a gateway that closes says so on what still comes', async () => {
  const held: ServerResponse[] = [];
  const alert = await startFakeService((_, response) => void held.push(response));
  const gateway = await startKnowing({ UPSTREAM_ALERT: alert.url });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const head = `GET ${ALERT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.tokens.admin}\r\n\r\n`;
  socket.write(head);
  await waitFor(() => held.length === 1);
  const closed = gateway.app.close();
  await waitFor(() => !gateway.app.server.listening);
  socket.write(head);
  await waitFor(() => held.length === 2);
  for (const response of held) json(response, 200, {});
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  await closed;
  expect(text.match(/^HTTP\/1\.1 200 OK\r$/gm)).toHaveLength(2);
  expect(text.split('HTTP/1.1').at(-1)).toMatch(/^connection: close\r$/im);
});
