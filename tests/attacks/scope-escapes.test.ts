import { CreateApiKey } from '@soc/contracts/auth/api-keys';
import { GetMe } from '@soc/contracts/auth/sessions';
import { endpoints } from '@soc/contracts/endpoints';
import { type Permission, uuidv7 } from '@soc/contracts';
import { type FleetClient, logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Attacker, createAttacker, forEachOf, type Sent } from './attacker.ts';
import { personWith } from './people.ts';
import { claimsOf, honestToken } from './principals.ts';
import { pathOf } from './sample-requests.ts';
import './provided.ts';

const PASSWORD = 'seven long rivers 29';
const JSON_TYPE = { 'content-type': 'application/json' };

let attacker: Attacker;
let admin: FleetClient;
let adminId: string;

beforeAll(async () => {
  const fleet = inject('attackedFleet');
  attacker = createAttacker(fleet.gatewayUrl);
  admin = await logIn(fleet.gatewayUrl, fleet.admin);
  adminId = (await admin.call(GetMe)).id;
});
afterAll(() => attacker.close());

const keyFor = async (permissions: Permission[], client = admin): Promise<string> =>
  (await client.call(CreateApiKey, { body: { name: 'escape', permissions } })).key;

const send = async (
  method: string,
  path: string,
  { body, ...sent }: Omit<Sent, 'path' | 'body'> & { body?: object },
) => {
  const { status, code } = await attacker.send({
    ...sent,
    method,
    path,
    ...(body && { headers: { ...sent.headers, ...JSON_TYPE }, body: JSON.stringify(body) }),
  });
  return `${status} ${code ?? ''}`;
};

test('an API key opens what it was made for, and nothing else of all there is', async () => {
  const headers = { 'x-api-key': await keyFor(['alerts:read']), ...JSON_TYPE };
  const found = await forEachOf(endpoints, async (spec) => {
    const isBodied = spec.method !== 'GET' && spec.method !== 'DELETE';
    const { status, code } = await attacker.send({
      method: spec.method,
      path: pathOf(spec),
      headers,
      ...(isBodied && { body: spec.body ? '{"cut off": ' : '' }),
    });
    return [spec.id, status >= 500 ? `a fault: ${status}` : code === 'auth.forbidden' ? 'forbidden' : 'allowed'];
  });
  const mayCall = ['public', 'authenticated', 'alerts:read'];
  expect(found).toEqual(
    endpoints.map(({ id, permission }) => [id, mayCall.includes(permission) ? 'allowed' : 'forbidden']),
  );
});

test('a key and a token together are not more than the token', async () => {
  const headers = { 'x-api-key': await keyFor(['users:read']) };
  const token = honestToken(claimsOf({ permissions: ['intel:read'] }));
  expect(await send('GET', '/api/v1/auth/users', { headers, token })).toBe('403 auth.forbidden');
  expect(await send('GET', '/api/v1/auth/users', { headers, token: 'a.b.c' })).toBe('401 auth.unauthenticated');
});

test('a key makes no key, no person and no role, and trades itself for nothing', async () => {
  const key = await keyFor(['api-keys:write', 'users:write', 'users:read']);
  const headers = { 'x-api-key': key };
  const found = [
    await send('POST', '/api/v1/auth/api-keys', { headers, body: { name: 'x', permissions: ['users:read'] } }),
    await send('POST', '/api/v1/auth/api-keys/exchange', { headers, body: { key } }),
    await send('POST', '/api/v1/auth/roles', { headers, body: { name: 'x', permissions: ['fleet:operate'] } }),
    await send('PATCH', `/api/v1/auth/users/${adminId}`, { headers, body: { password: PASSWORD } }),
    await send('POST', '/api/v1/auth/users', {
      headers,
      body: { email: 'x@example.org', displayName: 'x', roles: ['admin'], password: PASSWORD },
    }),
  ];
  expect(found).toEqual([
    '403 auth.not_a_person',
    '403 auth.forbidden',
    '422 auth.permission_not_held',
    // The key is its maker's, and nobody sets their own password without showing the one they have.
    '409 auth.own_account',
    '422 auth.permission_not_held',
  ]);
});

test('who may only make keys makes none that may more', async () => {
  const { client: keymaker } = await personWith(admin, 'keymaker', ['api-keys:write', 'alerts:read']);
  const body = { name: 'x', permissions: ['alerts:read', 'users:write'] };
  expect(await send('POST', '/api/v1/auth/api-keys', { token: keymaker.accessToken, body })).toBe(
    '422 auth.permission_not_held',
  );
});

test('who may only write users does not become, take over or shut out who may more', async () => {
  const { client, id: mine } = await personWith(admin, 'clerk', ['users:read', 'users:write']);
  const token = client.accessToken;
  const newcomer = { email: 'newcomer@example.org', displayName: 'x', password: PASSWORD };
  const attempts: readonly (readonly [method: string, path: string, body?: object])[] = [
    ['PATCH', `/api/v1/auth/users/${mine}`, { roles: ['admin'] }],
    ['PATCH', `/api/v1/auth/users/${mine}`, { roles: ['clerk', 'viewer'] }],
    ['PATCH', `/api/v1/auth/users/${adminId}`, { password: PASSWORD }],
    ['PATCH', `/api/v1/auth/users/${adminId}`, { active: false }],
    ['PATCH', `/api/v1/auth/users/${adminId}`, { roles: [] }],
    ['PATCH', `/api/v1/auth/users/${adminId}`, { displayName: 'Somebody else' }],
    ['DELETE', `/api/v1/auth/users/${adminId}/mfa`],
    ['DELETE', `/api/v1/auth/users/${adminId}/sessions`],
    ['DELETE', `/api/v1/auth/users/${adminId}/sessions/${uuidv7(Date.now())}`],
    ['POST', '/api/v1/auth/users', { ...newcomer, roles: ['admin'] }],
    ['POST', '/api/v1/auth/users', { ...newcomer, roles: ['clerk', 'responder'] }],
    ['POST', '/api/v1/auth/roles', { name: 'stairs', permissions: ['fleet:operate'] }],
    ['PUT', '/api/v1/auth/roles/clerk', { permissions: ['users:read', 'users:write', 'fleet:operate'] }],
    ['PUT', '/api/v1/auth/roles/keymaker', { permissions: [] }],
    ['DELETE', '/api/v1/auth/roles/keymaker'],
  ];
  const found: string[] = [];
  for (const [method, path, body] of attempts) {
    found.push(`${method} ${path} ${await send(method, path, { token, ...(body && { body }) })}`);
  }
  expect(found.filter((word) => !/ (?:422 auth\.permission_not_held|403 auth\.forbidden)$/.test(word))).toEqual([]);
});

test('a key that has expired opens nothing any more', async () => {
  const expiresAt = new Date(Date.now() + 3_000).toISOString();
  const { key } = await admin.call(CreateApiKey, {
    body: { name: 'brief', permissions: ['alerts:read'], expiresAt },
  });
  const use = () => send('GET', '/api/v1/alerts', { headers: { 'x-api-key': key } });
  expect(await use()).toBe('200 ');
  await waitFor(async () => (await use()) === '401 auth.unauthenticated', { deadlineMs: 20_000, everyMs: 250 });
  expect(Date.now()).toBeLessThan(Date.parse(expiresAt) + 5_000);
});
