import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'undici';
import { expect, test } from 'vitest';
import { startTestGateway } from './gateway.fixture.ts';
import { type FakeService, startFakeService } from './upstream.fixture.ts';

/** Greets every websocket with one frame that says `hi` (RFC 6455). */
function greetWebsockets({ server }: FakeService): { headers: Record<string, unknown> } {
  const seen = { headers: {} };
  server.on('upgrade', (request, socket) => {
    seen.headers = request.headers;
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => undefined);
    // The only frame it is sent is the one that says goodbye.
    socket.once('data', () => socket.destroy());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
  });
  return seen;
}

test('the tools of the operators are not there unless configured', async () => {
  const gateway = await startTestGateway();
  expect((await gateway.send({ path: '/admin/grafana/' })).status).toBe(404);
});

test('only who may operate the fleet, in the tenant that runs it, reaches them, and the access token stays at the gateway', async () => {
  const grafana = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "script-src 'self'" });
    response.end('<h1>dashboards</h1>');
  });
  const gateway = await startTestGateway({ GRAFANA_URL: grafana.url });
  const path = '/admin/grafana/d/1?from=now';
  expect((await gateway.send({ path, token: null })).status).toBe(401);
  expect((await gateway.send({ path, token: gateway.tokens.analyst })).status).toBe(403);
  expect((await gateway.send({ path, token: gateway.tokens.otherTenantAdmin })).status).toBe(403);
  const { status, text, headers } = await gateway.send({ path, headers: { cookie: 'grafana_session=1' } });
  expect([status, text]).toEqual([200, '<h1>dashboards</h1>']);
  expect(headers['content-security-policy']).toBe("script-src 'self'");
  const [request] = grafana.seen;
  expect(request?.url).toBe(path);
  expect(request?.headers).toMatchObject({ cookie: 'grafana_session=1', 'x-forwarded-for': '127.0.0.1' });
  expect(request?.headers).not.toHaveProperty('authorization');
  expect(grafana.seen).toHaveLength(1);
});

test('a tool that is away, or busy, is asked once and nothing of where it is gets out', async () => {
  const prometheus = await startFakeService((_, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end();
  });
  const gateway = await startTestGateway({ PROMETHEUS_URL: prometheus.url });
  expect((await gateway.send({ path: '/admin/prometheus/graph' })).status).toBe(503);
  expect(prometheus.seen).toHaveLength(1);
  await prometheus.close();
  const { status, text, body } = await gateway.send({ path: '/admin/prometheus/graph' });
  expect([status, body['code']]).toEqual([503, 'gateway.unavailable']);
  expect(text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
});

test('websockets go through for who may operate the fleet until they are revoked, and for nobody else', async () => {
  const [auth, grafana] = [await startFakeService(), await startFakeService()];
  const seen = greetWebsockets(grafana);
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, GRAFANA_URL: grafana.url });
  const open = (token: string) =>
    new WebSocket(`${gateway.url.replace('http', 'ws')}/admin/grafana/api/live/ws`, {
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': '10.0.0.1' },
    });
  const outcomeOf = (socket: WebSocket): Promise<unknown> =>
    new Promise((resolve) => {
      socket.addEventListener('message', ({ data }) => resolve(data));
      socket.addEventListener('error', () => resolve('refused'));
    });
  const socket = open(gateway.tokens.admin);
  expect(await outcomeOf(socket)).toBe('hi');
  const isOver = once(socket, 'close');
  const before = new Date(Date.now() + 60_000).toISOString();
  auth.revoke({ kind: 'user', subject: gateway.principals.admin.subject, before, at: before });
  await isOver;
  expect(seen.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
  expect(seen.headers).not.toHaveProperty('authorization');
  expect(await outcomeOf(open(gateway.tokens.analyst))).toBe('refused');
});
