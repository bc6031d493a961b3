import {
  ListSessions,
  ListUserSessions,
  Login,
  Refresh,
  RevokeUserSession,
  RevokeUserSessions,
} from '@soc/contracts/auth/sessions';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.close());

const begin = async (email: string, headers: Record<string, string> = {}) =>
  (await auth.call(Login, { body: { email, password: userPassword }, token: null, headers })).body;
const canRefresh = async (refreshToken: string): Promise<boolean> =>
  (await auth.call(Refresh, { body: { refreshToken }, token: null })).status === 200;

test('a session says with what, from where and when it was begun, and when it was last used', async () => {
  await auth.addUser('ann@example.org', ['viewer']);
  const { accessToken } = await begin('ann@example.org', {
    'user-agent': 'Mozilla/5.0 (X11)',
    'x-forwarded-for': '203.0.113.7',
  });
  const { body } = await auth.call(ListSessions, { token: accessToken });
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({ userAgent: 'Mozilla/5.0 (X11)', address: '203.0.113.7', current: true });
  expect(body.items[0]?.lastUsedAt).toBe(body.items[0]?.createdAt);
});

test('an administrator lists the sessions of a person and ends one, or all', async () => {
  const id = await auth.addUser('bob@example.org', ['viewer']);
  const [first, second, third] = [
    await begin('bob@example.org'),
    await begin('bob@example.org'),
    await begin('bob@example.org'),
  ];
  const listed = async () => (await auth.call(ListUserSessions, { params: { id } })).body.items;
  const [newest] = await listed();
  const end = () => auth.call(RevokeUserSession, { params: { id, sessionId: newest?.id ?? '' } });
  expect((await end()).status).toBe(204);
  expect((await end()).problem?.code).toBe('auth.session_not_found');
  expect([await canRefresh(third.refreshToken), await canRefresh(first.refreshToken)]).toEqual([false, true]);
  expect((await auth.call(RevokeUserSessions, { params: { id } })).status).toBe(204);
  expect(await canRefresh(second.refreshToken)).toBe(false);
  expect(await listed()).toEqual([]);
});

test('the sessions of another tenant are not there', async () => {
  const id = await auth.addUser('cat@example.org', ['viewer']);
  const { refreshToken } = await begin('cat@example.org');
  const [session] = (await auth.call(ListUserSessions, { params: { id } })).body.items;
  const token = auth.tokens.otherTenantAdmin;
  const answers = [
    await auth.call(ListUserSessions, { params: { id }, token }),
    await auth.call(RevokeUserSessions, { params: { id }, token }),
    await auth.call(RevokeUserSession, { params: { id, sessionId: session?.id ?? '' }, token }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [404, 'auth.user_not_found'],
    [404, 'auth.user_not_found'],
    [404, 'auth.session_not_found'],
  ]);
  expect(await canRefresh(refreshToken)).toBe(true);
});

test('nobody ends the sessions of who may do more than they may', async () => {
  const id = await auth.addUser('dan@example.org', ['admin']);
  const { refreshToken } = await begin('dan@example.org');
  const [session] = (await auth.call(ListUserSessions, { params: { id } })).body.items;
  const token = auth.sign({ ...auth.principals.nobody, permissions: new Set(['users:read', 'users:write']) });
  const answers = [
    await auth.call(RevokeUserSessions, { params: { id }, token }),
    await auth.call(RevokeUserSession, { params: { id, sessionId: session?.id ?? '' }, token }),
  ];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual(
    Array(2).fill([422, 'auth.permission_not_held']),
  );
  expect(await canRefresh(refreshToken)).toBe(true);
});
