import { GetMe, ListSessions, Login, Logout, Refresh, RevokeSession } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
  await auth.addUser('ann@example.org', ['analyst']);
  await auth.addUser('bob@example.org', ['viewer']);
});
afterAll(() => auth.close());

const begin = async (email: string) =>
  (await auth.call(Login, { body: { email, password: userPassword }, token: null })).body;
const canRefresh = async (refreshToken: string): Promise<boolean> =>
  (await auth.call(Refresh, { body: { refreshToken }, token: null })).status === 200;

test('me is the person behind the token, with the name and the permissions', async () => {
  const { accessToken } = await begin('ann@example.org');
  const { status, body } = await auth.call(GetMe, { token: accessToken });
  expect(status).toBe(200);
  expect(body).toMatchObject({ kind: 'user', email: 'ann@example.org', roles: ['analyst'], tenantId: 'default' });
  expect(body.permissions).toContain('alerts:triage');
  expect(body.permissions).not.toContain('users:read');
});

test('me of a machine is the machine, without an address', async () => {
  const { body } = await auth.call(GetMe, { token: auth.tokens.service });
  expect(body).toMatchObject({ kind: 'service', roles: ['service'] });
  expect(body.email).toBeUndefined();
});

test('me of a person who was deactivated is nobody, even while the token lives', async () => {
  const id = await auth.addUser('gone@example.org', ['viewer']);
  const { accessToken } = await begin('gone@example.org');
  await auth.call(UpdateUser, { params: { id }, body: { active: false } });
  expect((await auth.call(GetMe, { token: accessToken })).status).toBe(401);
});

test('a person sees the own open sessions, newest first, and which one is speaking', async () => {
  const older = await begin('bob@example.org');
  const newer = await begin('bob@example.org');
  const { body } = await auth.call(ListSessions, { token: older.accessToken });
  expect(body.items.map(({ current }) => current)).toEqual([false, true]);
  expect((await auth.call(Logout, { token: newer.accessToken })).status).toBe(204);
  const { body: left } = await auth.call(ListSessions, { token: older.accessToken });
  expect(left.items.map(({ current }) => current)).toEqual([true]);
});

test('a logout ends its session and no other', async () => {
  const [leaving, staying] = [await begin('ann@example.org'), await begin('ann@example.org')];
  await auth.call(Logout, { token: leaving.accessToken });
  expect(await canRefresh(leaving.refreshToken)).toBe(false);
  expect(await canRefresh(staying.refreshToken)).toBe(true);
});

test('a machine has no sessions to list, to end or to log out of', async () => {
  const token = auth.tokens.service;
  expect((await auth.call(ListSessions, { token })).body.items).toEqual([]);
  expect((await auth.call(Logout, { token })).status).toBe(204);
});

test('a person can end another of the own sessions, but not the session of somebody else', async () => {
  const [here, elsewhere, stranger] = [
    await begin('ann@example.org'),
    await begin('ann@example.org'),
    await begin('bob@example.org'),
  ];
  const idOf = async (accessToken: string): Promise<string> => {
    const { body } = await auth.call(ListSessions, { token: accessToken });
    return body.items.find(({ current }) => current)?.id ?? '';
  };
  const end = async (id: string) => auth.call(RevokeSession, { params: { id }, token: here.accessToken });
  expect((await end(await idOf(stranger.accessToken))).problem?.code).toBe('auth.session_not_found');
  expect(await canRefresh(stranger.refreshToken)).toBe(true);
  const id = await idOf(elsewhere.accessToken);
  expect((await end(id)).status).toBe(204);
  expect(await canRefresh(elsewhere.refreshToken)).toBe(false);
  expect((await end(id)).status).toBe(404);
});
