import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authService } from '@soc/auth-service';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import { afterAll, beforeAll, expect, test } from 'vitest';

const GATEWAY_SECRET = 'the secret of the gateway';
const ADMIN = { email: 'admin@example.org', password: 'the first administrator' };

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let auth: TestService;
let gateway: TestService;

beforeAll(async () => {
  directory = await makeTemporaryDirectory('identity');
  const secretsFile = join(directory.path, 'secrets.json');
  await writeFile(secretsFile, JSON.stringify({ gateway: GATEWAY_SECRET }));
  auth = await startTestService(authService, {
    env: {
      AUTH_SERVICE_SECRETS_FILE: secretsFile,
      AUTH_ADMIN_EMAIL: ADMIN.email,
      AUTH_ADMIN_PASSWORD: ADMIN.password,
    },
  });
  gateway = await startTestService(gatewayService, {
    env: { UPSTREAM_AUTH: auth.url, SERVICE_SECRET: GATEWAY_SECRET },
  });
});
afterAll(async () => {
  await gateway.close();
  await auth.close();
  await directory[Symbol.asyncDispose]();
});

async function send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) {
  const answer = await fetch(`${gateway.url}/api/v1/auth${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  // Tests look at single fields of what they know to be an object.
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

test('a person logs in through the gateway, makes a key, and a machine works with it until it is revoked', async () => {
  const { body: tokens } = await send('POST', '/login', {}, ADMIN);
  const person = { authorization: `Bearer ${String(tokens['accessToken'])}` };
  expect(await send('GET', '/me', person)).toMatchObject({ status: 200, body: { kind: 'user', email: ADMIN.email } });

  const { status, body: made } = await send('POST', '/api-keys', person, {
    name: 'sensor',
    permissions: ['users:read'],
  });
  expect(status).toBe(201);
  const machine = { 'x-api-key': String(made['key']) };
  expect(await send('GET', '/me', machine)).toMatchObject({
    status: 200,
    body: { kind: 'api_key', id: made['id'], name: 'sensor', permissions: ['users:read'] },
  });
  expect((await send('GET', '/users', machine)).status).toBe(200);
  expect((await send('POST', '/users', machine, {})).status).toBe(403);

  expect((await send('DELETE', `/api-keys/${String(made['id'])}`, person)).status).toBe(204);
  // The gateway remembers what a key stands for until it hears that it was revoked.
  await waitFor(async () => (await send('GET', '/me', machine)).status === 401);
});

test('what opens the gateway opens no service: a token is refused by auth itself, past the gateway', async () => {
  const { body: tokens } = await send('POST', '/login', {}, ADMIN);
  const authorization = `Bearer ${String(tokens['accessToken'])}`;
  expect((await send('GET', '/me', { authorization })).status).toBe(200);
  expect((await fetch(`${auth.url}/api/v1/auth/me`, { headers: { authorization } })).status).toBe(401);
});

test('a session that was ended cannot be refreshed through the gateway', async () => {
  const { body: tokens } = await send('POST', '/login', {}, ADMIN);
  const refreshToken = tokens['refreshToken'];
  await send('POST', '/logout', { authorization: `Bearer ${String(tokens['accessToken'])}` });
  expect(await send('POST', '/refresh', {}, { refreshToken })).toMatchObject({
    status: 401,
    body: { code: 'auth.bad_refresh_token' },
  });
});

test('nobody exchanges a key from outside, whatever they hold', async () => {
  const { body: tokens } = await send('POST', '/login', {}, ADMIN);
  const person = { authorization: `Bearer ${String(tokens['accessToken'])}` };
  expect((await send('POST', '/api-keys/exchange', person, { key: 'soc_x' })).status).toBe(403);
});
