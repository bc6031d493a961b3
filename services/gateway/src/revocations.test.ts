import { once } from 'node:events';
import { get, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Revocation } from '@soc/contracts/auth/revocations';
import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { type FakeService, json, startFakeService } from './upstream.fixture.ts';

const later = (): string => new Date(Date.now() + 60_000).toISOString();
const revoke = (auth: FakeService, kind: Revocation['kind'], subject: string): void =>
  auth.revoke({ kind, subject, before: later(), at: later() });

const statusOf = async (gateway: TestGateway, token: string): Promise<number> =>
  (await gateway.send({ path: '/api/v1/auth/me', token })).status;

test('a token that was remembered is refused once its user is revoked, and those of others are not', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const { admin, viewer } = gateway.tokens;
  expect([await statusOf(gateway, admin), await statusOf(gateway, viewer)]).toEqual([200, 200]);
  revoke(auth, 'user', gateway.principals.viewer.subject);
  await waitFor(async () => (await statusOf(gateway, viewer)) === 401);
  expect(await statusOf(gateway, admin)).toBe(200);
  const { text } = await gateway.send({ path: '/metrics', token: null });
  expect(text).toMatch(/soc_gateway_revoked_tokens_total\{[^}]*\} [1-9]/);
  expect(text).toMatch(/soc_gateway_revocations_known\{[^}]*\} 1\b/);
});

test('what was revoked before a gateway starts is refused from its first request on', async () => {
  const auth = await startFakeService();
  revoke(auth, 'user', 'somebody');
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  expect(await statusOf(gateway, gateway.sign({ ...gateway.principals.viewer, subject: 'somebody' }))).toBe(401);
  expect(await statusOf(gateway, gateway.tokens.admin)).toBe(200);
});

test('the event streams of a revoked session end, and those of others go on', async () => {
  const auth = await startFakeService();
  const notification = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n');
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_NOTIFICATION: notification.url });
  const open = async (sessionId: string) => {
    const authorization = `Bearer ${gateway.sign({ ...gateway.principals.analyst, sessionId })}`;
    const request = get(`${gateway.url}/api/v1/notifications/stream`, { headers: { authorization } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    return response;
  };
  const [ended, kept] = [await open('s1'), await open('s2')];
  const isOver = once(ended, 'close');
  revoke(auth, 'session', 's1');
  await isOver;
  expect(kept.closed).toBe(false);
  kept.destroy();
});

test('who is revoked while a stream is about to begin gets none', async () => {
  const auth = await startFakeService();
  const notification = await startFakeService((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n');
  });
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, UPSTREAM_NOTIFICATION: notification.url });
  const { viewer } = gateway.tokens;
  const headers = { authorization: `Bearer ${viewer}`, 'content-length': '2' };
  const request = httpRequest(`${gateway.url}/api/v1/notifications/stream`, { headers });
  const answered = once(request, 'response');
  // The gateway has the head and waits for the rest of a body.
  request.write('{');
  await waitFor(async () => (await statusOf(gateway, viewer)) === 200);
  revoke(auth, 'user', gateway.principals.viewer.subject);
  await waitFor(async () => (await statusOf(gateway, viewer)) === 401);
  request.end('}');
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(401);
  expect(notification.seen).toHaveLength(0);
});

test('while auth does not tell what it revokes the gateway is degraded, serves on, and says since when', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const revocations = async () => {
    const { body } = await gateway.send({ path: '/health', token: null });
    return (body['checks'] as Record<string, { status: string }>)['revocations']?.status;
  };
  expect(await revocations()).toBe('ok');
  await auth.close();
  await waitFor(async () => (await revocations()) === 'degraded', { deadlineMs: 20_000 });
  const alert = await gateway.send({ path: '/services/health' });
  expect(alert.status).toBe(200);
  const { text } = await gateway.send({ path: '/metrics', token: null });
  const age = Number(/soc_gateway_revocations_age_seconds\{[^}]*\} ([\d.]+)/.exec(text)?.[1]);
  expect(age).toBeGreaterThan(5);
});

test('a gateway that was never told is degraded and takes no token from before its start, until it is told', async () => {
  const other = await startTestGateway();
  let isTelling = false;
  const auth = await startFakeService(
    (_, response) => json(response, 200, isTelling ? { accessToken: 'of-the-gateway', expiresInS: 300 } : {}),
    { issuesTokens: true },
  );
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url });
  const { body } = await gateway.send({ path: '/health', token: null });
  expect(body['checks']).toMatchObject({ revocations: { status: 'degraded', error: 'never heard' } });
  const before = other.tokens.admin;
  expect(await gateway.send({ path: '/api/v1/auth/me', token: before })).toMatchObject({
    status: 503,
    body: { code: 'auth.unavailable' },
  });
  expect(await statusOf(gateway, gateway.tokens.admin)).toBe(200);
  isTelling = true;
  await waitFor(async () => (await statusOf(gateway, before)) === 200);
});

test('a token that lives longer than revocations are remembered is refused', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, REVOCATION_KEEP_S: '600' });
  expect(await statusOf(gateway, gateway.tokens.admin)).toBe(401);
});
