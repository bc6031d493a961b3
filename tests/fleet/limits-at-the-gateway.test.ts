import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authService } from '@soc/auth-service';
import { ReplaceMfaPolicy } from '@soc/contracts/auth/mfa';
import { CreateRole, ReplaceRole } from '@soc/contracts/auth/roles';
import { CreateUser } from '@soc/contracts/auth/users';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import { afterAll, beforeAll, expect, test } from 'vitest';

const GATEWAY_SECRET = 'the secret of the gateway';
const PASSWORD = 'correct horse battery staple';
/** What the issue allows a demotion to take; twice that for a machine that is busy with other things. */
const WITHIN = { deadlineMs: 10_000, everyMs: 100 };

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let auth: TestService;
let gateway: TestService;

beforeAll(async () => {
  directory = await makeTemporaryDirectory('limits');
  const secretsFile = join(directory.path, 'secrets.json');
  await writeFile(secretsFile, JSON.stringify({ gateway: GATEWAY_SECRET }));
  auth = await startTestService(authService, { env: { AUTH_SERVICE_SECRETS_FILE: secretsFile } });
  gateway = await startTestService(gatewayService, {
    env: { UPSTREAM_AUTH: auth.url, SERVICE_SECRET: GATEWAY_SECRET },
  });
});
afterAll(async () => {
  await gateway.close();
  await auth.close();
  await directory[Symbol.asyncDispose]();
});

async function send(method: string, path: string, token?: string, body?: object) {
  const answer = await fetch(`${gateway.url}/api/v1/auth${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  // Tests look at single fields of what they know to be an object.
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
/** A new person, logged in through the gateway. */
async function addPerson(email: string, roles: readonly string[]): Promise<{ token: string; refreshToken: string }> {
  await auth.call(CreateUser, { body: { email, displayName: 'Somebody', roles, password: PASSWORD } });
  const { body } = await send('POST', '/login', undefined, { email, password: PASSWORD });
  return { token: String(body['accessToken']), refreshToken: String(body['refreshToken']) };
}

test('a role that comes to need a second factor shuts its holders out of all but the enrolment, at the gateway too', async () => {
  const { token, refreshToken } = await addPerson('admin@example.org', ['admin']);
  expect((await send('GET', '/users', token)).status).toBe(200);
  await auth.call(ReplaceMfaPolicy, { body: { mfaRequiredRoles: ['admin'] } });
  await waitFor(async () => (await send('GET', '/users', token)).status === 401, WITHIN);
  const { body } = await send('POST', '/refresh', undefined, { refreshToken });
  const limited = String(body['accessToken']);
  expect(await send('GET', '/users', limited)).toMatchObject({
    status: 403,
    body: { code: 'auth.mfa_enrolment_required' },
  });
  expect((await send('GET', '/sessions', limited)).status).toBe(403);
  expect((await send('POST', '/mfa/begin', limited, { password: PASSWORD })).status).toBe(201);
});

test('a role that loses a permission ends the tokens of its holders at the gateway, and their sessions', async () => {
  await auth.call(CreateRole, { body: { name: 'directory', permissions: ['users:read', 'alerts:read'] } });
  const { token, refreshToken } = await addPerson('reader@example.org', ['directory']);
  expect((await send('GET', '/users', token)).status).toBe(200);
  await auth.call(ReplaceRole, { params: { name: 'directory' }, body: { permissions: ['alerts:read'] } });
  await waitFor(async () => (await send('GET', '/users', token)).status === 401, WITHIN);
  expect((await send('POST', '/refresh', undefined, { refreshToken })).status).toBe(401);
  const { body } = await send('POST', '/login', undefined, { email: 'reader@example.org', password: PASSWORD });
  expect((await send('GET', '/users', String(body['accessToken']))).status).toBe(403);
});
