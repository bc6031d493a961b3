import { permissionsOfRole } from '@soc/contracts';
import { CreateApiKey, ExchangeApiKey, ListApiKeys, RevokeApiKey } from '@soc/contracts/auth/api-keys';
import { ListIdentityProviders } from '@soc/contracts/auth/identity-providers';
import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { CreateUser, ListUsers, UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { adminEmail, adminPassword, gatewaySecret, startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

let auth: TestAuth;
let nowMs = Date.now();
let gateway: string;
let admin: string;
beforeAll(async () => {
  auth = await startTestAuth({ now: () => new Date(nowMs) });
  const body = { serviceName: 'gateway', secret: gatewaySecret };
  gateway = (await auth.call(CreateServiceToken, { body, token: null })).body.accessToken;
  admin = await auth.logIn(adminEmail, adminPassword);
});
afterAll(() => auth.close());
beforeEach(() => {
  nowMs = Date.now();
});

const exchange = (key: string, token = gateway) => auth.call(ExchangeApiKey, { body: { key }, token });
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const make = async (permissions: readonly string[], more: object = {}, token = admin) =>
  auth.call(CreateApiKey, { body: { name: 'sensor', permissions, ...more }, token });

test('a key is shown once, and exchanged for a token of five minutes with its permissions only', async () => {
  const { status, body } = await make(['alerts:ingest']);
  expect(status).toBe(201);
  expect(body.key.startsWith(body.prefix)).toBe(true);
  const exchanged = await exchange(body.key);
  expect([exchanged.status, exchanged.body.expiresInS]).toEqual([200, 300]);
  expect(claimsOf(exchanged.body.accessToken)).toMatchObject({
    kind: 'api_key',
    sub: body.id,
    name: 'sensor',
    tenant: 'default',
    roles: [],
    permissions: ['alerts:ingest'],
  });
  const { body: listed } = await auth.call(ListApiKeys, { token: admin });
  const found = listed.items.find(({ id }) => id === body.id);
  expect(found).toMatchObject({ name: 'sensor', lastUsedAt: new Date(nowMs).toISOString(), revokedAt: null });
  expect(JSON.stringify(listed)).not.toContain(body.key);
});

test('nobody but the gateway can exchange a key', async () => {
  const { body } = await make(['alerts:read']);
  for (const token of [admin, auth.tokens.admin, auth.tokens.service]) {
    expect((await exchange(body.key, token)).status).toBe(403);
  }
  expect((await auth.call(ExchangeApiKey, { body: { key: body.key }, token: null })).status).toBe(401);
  const { status, problem } = await auth.call(ExchangeApiKey, { body: { key: 1 }, token: gateway });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'body.key']);
});

test('a key that manages users makes nobody mightier than itself, and takes no such account over', async () => {
  const { body: made } = await make(['users:write', ...permissionsOfRole.viewer]);
  const token = (await exchange(made.key)).body.accessToken;
  const create = (roles: readonly string[]) => {
    const email = `${crypto.randomUUID()}@example.org`;
    return auth.call(CreateUser, { body: { email, displayName: 'N', roles, password: adminPassword }, token });
  };
  const { status, body: viewer } = await create(['viewer']);
  expect(status).toBe(201);
  const adminId = await auth.addUser('another-admin@example.org', ['admin']);
  const refused = [
    await create(['admin']),
    await auth.call(UpdateUser, { params: { id: viewer.id }, body: { roles: ['admin'] }, token }),
    await auth.call(UpdateUser, { params: { id: adminId }, body: { password: 'taken over by a key' }, token }),
  ];
  expect(refused.map((answer) => [answer.status, answer.problem?.code])).toEqual(
    Array.from({ length: 3 }, () => [422, 'auth.permission_not_held']),
  );
});

test('a key does what it was made for and nothing else: not even what its maker does all day', async () => {
  const { body: made } = await make(['users:read']);
  const token = (await exchange(made.key)).body.accessToken;
  expect((await auth.call(ListUsers, { token })).status).toBe(200);
  const refused = [
    await make(['users:read'], {}, token),
    await auth.call(ListApiKeys, { token }),
    await auth.call(RevokeApiKey, { params: { id: made.id }, token }),
    await auth.call(UpdateUser, { params: { id: made.createdBy }, body: { roles: ['viewer'] }, token }),
    await auth.call(ListIdentityProviders, { token }),
    await exchange(made.key, token),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
});

test('a key that may make keys still makes none: keys are for people to give', async () => {
  const { body: made } = await make(['api-keys:write', 'alerts:read']);
  const token = (await exchange(made.key)).body.accessToken;
  const { status, problem } = await make(['alerts:read'], {}, token);
  expect([status, problem?.code]).toEqual([403, 'auth.not_a_person']);
});

test('a key cannot hold what its maker does not', async () => {
  const { status, problem } = await make(['alerts:read', 'tokens:exchange']);
  expect([status, problem?.code]).toEqual([422, 'auth.permission_not_held']);
});

test('a machine cannot make a key, nor can a person without an account', async () => {
  const machine = auth.sign({ ...auth.principals.admin, kind: 'api_key' });
  for (const token of [machine, auth.tokens.admin]) {
    const { status, problem } = await make(['alerts:read'], {}, token);
    expect([status, problem?.code]).toEqual([403, 'auth.not_a_person']);
  }
});

test('a key expires, and is not made when it already would be', async () => {
  const expiresAt = new Date(nowMs + 60_000).toISOString();
  const { body } = await make(['alerts:read'], { expiresAt });
  expect((await exchange(body.key)).body.expiresInS).toBe(60);
  nowMs += 60_000;
  expect((await exchange(body.key)).problem?.code).toBe('auth.api_key_unknown');
  const late = await make(['alerts:read'], { expiresAt });
  expect([late.status, late.problem?.code]).toEqual([422, 'auth.already_expired']);
});

test('a revoked key is as unknown as one never made; revoking it again changes nothing', async () => {
  const { body } = await make(['alerts:read']);
  const revoke = (token = admin) => auth.call(RevokeApiKey, { params: { id: body.id }, token });
  expect((await revoke(auth.tokens.otherTenantAdmin)).problem?.code).toBe('auth.api_key_not_found');
  expect((await revoke()).status).toBe(204);
  expect((await revoke()).status).toBe(204);
  const answers = [await exchange(body.key), await exchange('soc_never-made')];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [404, 'auth.api_key_unknown'],
    [404, 'auth.api_key_unknown'],
  ]);
});

test('a key loses what its maker loses, and dies with the account', async () => {
  const id = await auth.addUser('maker@example.org', ['admin', 'viewer']);
  const { body } = await make(['alerts:read', 'users:write'], {}, await auth.logIn('maker@example.org'));
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['viewer'] } });
  expect(claimsOf((await exchange(body.key)).body.accessToken)['permissions']).toEqual(['alerts:read']);
  await auth.call(UpdateUser, { params: { id }, body: { active: false } });
  expect((await exchange(body.key)).status).toBe(404);
});

test('the keys of a tenant are paged, oldest first, and unseen by others', async () => {
  const first = await auth.call(ListApiKeys, { query: { limit: 2 }, token: admin });
  const rest = await auth.call(ListApiKeys, { query: { cursor: first.body.nextCursor ?? '' }, token: admin });
  const ids = [...first.body.items, ...rest.body.items].map(({ id }) => id);
  expect(first.body.items).toHaveLength(2);
  expect(ids).toEqual([...new Set(ids)].toSorted());
  expect((await auth.call(ListApiKeys, { token: auth.tokens.otherTenantAdmin })).body.items).toEqual([]);
});
