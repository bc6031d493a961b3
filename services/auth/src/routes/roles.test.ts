import { permissionsOfRole, UserChanged } from '@soc/contracts';
import { CreateApiKey, ExchangeApiKey } from '@soc/contracts/auth/api-keys';
import { CreateRole, DeleteRole, ListRoles, ReplaceRole } from '@soc/contracts/auth/roles';
import { ListRevocations } from '@soc/contracts/auth/revocations';
import { Login, Refresh } from '@soc/contracts/auth/sessions';
import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { CreateUser, GetUser, UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewaySecret, startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';
import { claimsOf } from '../totp.fixture.ts';

let auth: TestAuth;
let gateway: string;
beforeAll(async () => {
  auth = await startTestAuth();
  const body = { serviceName: 'gateway', secret: gatewaySecret };
  gateway = (await auth.call(CreateServiceToken, { body, token: null })).body.accessToken;
});
afterAll(() => auth.close());

const create = (name: string, permissions: readonly string[], token = auth.tokens.admin) =>
  auth.call(CreateRole, { body: { name, permissions }, token });
const replace = (name: string, permissions: readonly string[], token = auth.tokens.admin) =>
  auth.call(ReplaceRole, { params: { name }, body: { permissions }, token });
const remove = (name: string, token = auth.tokens.admin) => auth.call(DeleteRole, { params: { name }, token });
const outcome = ({ status, problem }: { status: number; problem: { code: string } | undefined }) => [
  status,
  problem?.code,
];
const begin = async (email: string) =>
  (await auth.call(Login, { body: { email, password: userPassword }, token: null })).body;
const refresh = (refreshToken: string) => auth.call(Refresh, { body: { refreshToken }, token: null });
const permissionsIn = (token: string): readonly unknown[] => [claimsOf(token)['permissions']].flat();
const revokedUsers = async (): Promise<readonly string[]> =>
  (await auth.call(ListRevocations, { query: { limit: 1_000 }, token: gateway })).body.items
    .filter(({ kind }) => kind === 'user')
    .map(({ subject }) => subject);
/** May manage people, and what the role `viewer` may. */
const helpdesk = () =>
  auth.sign({ ...auth.principals.admin, permissions: new Set([...permissionsOfRole.viewer, 'users:write']) });

test('the five built-in roles come first, then those of the tenant, and of no other', async () => {
  const { status, body } = await create('zoologist', ['intel:read', 'intel:read']);
  expect([status, body]).toEqual([
    201,
    { name: 'zoologist', description: '', permissions: ['intel:read'], builtIn: false },
  ]);
  await create('hunter', ['intel:read']);
  const { items } = (await auth.call(ListRoles)).body;
  const names = items.map(({ name }) => name);
  expect(names.slice(0, 5)).toEqual(['admin', 'analyst', 'responder', 'viewer', 'service']);
  expect(names.indexOf('hunter')).toBeLessThan(names.indexOf('zoologist'));
  expect(items[3]?.permissions).toContain('alerts:read');
  const other = (await auth.call(ListRoles, { token: auth.tokens.otherTenantAdmin })).body.items;
  expect(other.every(({ builtIn }) => builtIn)).toBe(true);
});

test('a token carries what all roles of its holder allow together', async () => {
  await create('feeder', ['intel:write']);
  await auth.addUser('union@example.org', ['service', 'feeder']);
  const { accessToken } = await begin('union@example.org');
  expect(claimsOf(accessToken)['roles']).toEqual(['service', 'feeder']);
  expect(new Set(permissionsIn(accessToken))).toEqual(new Set([...permissionsOfRole.service, 'intel:write']));
});

test('nobody makes, widens or hands out a role that allows more than they may', async () => {
  await create('powerful', ['fleet:operate']);
  await create('harmless', ['alerts:read']);
  const token = helpdesk();
  const id = await auth.addUser('plain@example.org', []);
  const body = { email: 'x@example.org', displayName: 'X', roles: ['powerful'], password: userPassword };
  const refused = [
    await create('mine', ['fleet:operate'], token),
    await replace('harmless', ['fleet:operate'], token),
    await replace('powerful', ['alerts:read'], token),
    await remove('powerful', token),
    await auth.call(CreateUser, { body, token }),
    await auth.call(UpdateUser, { params: { id }, body: { roles: ['powerful'] }, token }),
  ];
  expect(refused.map((answer) => outcome(answer))).toEqual(
    Array.from({ length: 6 }, () => [422, 'auth.permission_not_held']),
  );
  expect((await create('mine', ['alerts:read', 'users:write'], token)).status).toBe(201);
});

test('a role that loses a permission ends the sessions of its holders and refuses their tokens, and of nobody else', async () => {
  await create('shrinking', ['alerts:read', 'intel:write']);
  const id = await auth.addUser('holder@example.org', ['shrinking']);
  const otherId = await auth.addUser('bystander@example.org', ['viewer']);
  const [holder, bystander] = [await begin('holder@example.org'), await begin('bystander@example.org')];
  expect((await replace('shrinking', ['alerts:read'])).body.permissions).toEqual(['alerts:read']);
  expect((await refresh(holder.refreshToken)).status).toBe(401);
  expect((await refresh(bystander.refreshToken)).status).toBe(200);
  const revoked = await revokedUsers();
  expect([revoked.includes(id), revoked.includes(otherId)]).toEqual([true, false]);
  expect(permissionsIn((await begin('holder@example.org')).accessToken)).toEqual(['alerts:read']);
});

test('a role that gains one leaves the sessions, whose next token has it', async () => {
  await create('growing', ['alerts:read']);
  await auth.addUser('growing@example.org', ['growing']);
  const { refreshToken } = await begin('growing@example.org');
  await replace('growing', ['alerts:read', 'intel:write']);
  expect(permissionsIn((await refresh(refreshToken)).body.accessToken)).toEqual(['alerts:read', 'intel:write']);
});

test('a deleted role is taken from its holders, whose sessions end, and the fleet is told', async () => {
  await create('doomed', ['alerts:read']);
  const id = await auth.addUser('doomed@example.org', ['doomed', 'viewer']);
  const { refreshToken } = await begin('doomed@example.org');
  expect((await remove('doomed')).status).toBe(204);
  expect(outcome(await remove('doomed'))).toEqual([404, 'auth.role_not_found']);
  expect((await refresh(refreshToken)).status).toBe(401);
  expect(await revokedUsers()).toContain(id);
  expect((await auth.call(GetUser, { params: { id } })).body).toMatchObject({ roles: ['viewer'], version: 2 });
  const [event] = await auth.published(UserChanged, {
    where: ({ subject, data }) => subject === id && data.version === 2,
  });
  expect(event.data.roles).toEqual(['viewer']);
});

test('an API key never does more than the roles of its maker allow by now', async () => {
  await create('maker', ['alerts:read', 'alerts:ingest', 'api-keys:write']);
  await auth.addUser('maker@example.org', ['maker']);
  const { accessToken: token } = await begin('maker@example.org');
  const body = { name: 'sensor', permissions: ['alerts:read', 'alerts:ingest'] };
  const { body: made } = await auth.call(CreateApiKey, { body, token });
  const exchanged = async () =>
    permissionsIn((await auth.call(ExchangeApiKey, { body: { key: made.key }, token: gateway })).body.accessToken);
  expect(await exchanged()).toEqual(['alerts:read', 'alerts:ingest']);
  await replace('maker', ['alerts:read', 'api-keys:write']);
  expect(await exchanged()).toEqual(['alerts:read']);
  await remove('maker');
  expect(await exchanged()).toEqual([]);
});

test('a name is one role, a built-in one stays as it is, and another tenant has its own', async () => {
  await create('twice', []);
  expect(outcome(await create('twice', []))).toEqual([409, 'auth.role_exists']);
  expect(outcome(await create('admin', []))).toEqual([409, 'auth.role_exists']);
  expect(outcome(await replace('admin', []))).toEqual([409, 'auth.role_built_in']);
  expect(outcome(await remove('viewer'))).toEqual([409, 'auth.role_built_in']);
  expect(outcome(await replace('nowhere', []))).toEqual([404, 'auth.role_not_found']);
  const token = auth.tokens.otherTenantAdmin;
  expect(outcome(await replace('twice', [], token))).toEqual([404, 'auth.role_not_found']);
  expect(outcome(await remove('twice', token))).toEqual([404, 'auth.role_not_found']);
  expect((await create('twice', [], token)).status).toBe(201);
});

test('a login and a change of the role at once never leave a session with what was taken away', async () => {
  await create('raced', ['alerts:read', 'intel:write']);
  const id = await auth.addUser('raced@example.org', ['raced']);
  const logins = Array.from({ length: 6 }, () => begin('raced@example.org'));
  const [tokens] = await Promise.all([Promise.all(logins), replace('raced', ['alerts:read'])]);
  const revoked = (await auth.call(ListRevocations, { query: { limit: 1_000 }, token: gateway })).body.items;
  const before = Math.max(...revoked.filter(({ subject }) => subject === id).map((each) => Date.parse(each.before)));
  for (const { accessToken, refreshToken } of tokens) {
    const isWide = permissionsIn(accessToken).includes('intel:write');
    const isRefused = Number(claimsOf(accessToken)['iat']) * 1000 < before;
    expect(isWide && !isRefused).toBe(false);
    const renewed = await refresh(refreshToken);
    expect(renewed.status === 200 && permissionsIn(renewed.body.accessToken).includes('intel:write')).toBe(false);
  }
});

test('a tenant cannot have roles without end', async () => {
  await auth.query(
    `insert into auth.roles select 'default', 'filler-' || i, '', '{}', now(), now() from generate_series(1, 200) as i`,
  );
  expect(outcome(await create('one-too-many', []))).toEqual([409, 'auth.too_many_roles']);
  await auth.query(`delete from auth.roles where name like 'filler-%'`);
});
