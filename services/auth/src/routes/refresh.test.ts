import { Login, Refresh } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { adminEmail, adminPassword, startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';

let auth: TestAuth;
let nowMs = Date.now();
beforeAll(async () => {
  auth = await startTestAuth({ now: () => new Date(nowMs) });
});
afterAll(() => auth.close());
beforeEach(() => {
  nowMs = Date.now();
});

const refresh = (refreshToken: string) => auth.call(Refresh, { body: { refreshToken }, token: null });
const begin = async (email = adminEmail, password = adminPassword): Promise<string> =>
  (await auth.call(Login, { body: { email, password }, token: null })).body.refreshToken;
const revokedReasons = () =>
  auth.query<{ revoked_reason: string }>(
    'select revoked_reason from auth.sessions where revoked_at is not null order by revoked_at desc',
  );

test('a refresh token gives a new pair and is used up by it', async () => {
  const first = await begin();
  const { status, body } = await refresh(first);
  expect(status).toBe(200);
  expect(body.refreshToken).not.toBe(first);
  expect((await refresh(body.refreshToken)).status).toBe(200);
});

test('a token used twice ends the session: the newest token is refused too', async () => {
  const stolen = await begin();
  const { body } = await refresh(stolen);
  const again = await refresh(stolen);
  expect([again.status, again.problem?.code]).toEqual([401, 'auth.bad_refresh_token']);
  expect((await refresh(body.refreshToken)).status).toBe(401);
  expect((await revokedReasons())[0]?.revoked_reason).toBe('token_reused');
});

test('of two requests at once with one token, one is answered and the session ends', async () => {
  const token = await begin();
  const answers = await Promise.all([refresh(token), refresh(token)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  const [winner] = answers.filter(({ status }) => status === 200);
  expect((await refresh(winner?.body.refreshToken ?? '')).status).toBe(401);
});

test('a token that nobody was given is refused', async () => {
  expect((await refresh('rt_invented')).problem?.code).toBe('auth.bad_refresh_token');
});

test('a session that is not refreshed for thirty days is over; each refresh gives it thirty more', async () => {
  const first = await begin();
  nowMs += 29 * 86_400_000;
  const { body } = await refresh(first);
  nowMs += 29 * 86_400_000;
  const later = await refresh(body.refreshToken);
  expect(later.status).toBe(200);
  nowMs += 30 * 86_400_000;
  expect((await refresh(later.body.refreshToken)).status).toBe(401);
});

test('the new access token carries the roles the person has by now', async () => {
  const id = await auth.addUser('promoted@example.org', ['viewer']);
  const token = await begin('promoted@example.org', userPassword);
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['viewer', 'responder'] } });
  const { body } = await refresh(token);
  const claims: unknown = JSON.parse(Buffer.from(body.accessToken.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ sub: id, roles: ['viewer', 'responder'], kind: 'user' });
});

test('what is stored of a refresh token cannot be presented', async () => {
  const token = await begin();
  const rows = await auth.query<{ hash: Buffer }>('select hash from auth.refresh_tokens');
  expect(rows.some(({ hash }) => token.includes(hash.toString('base64url')) || hash.toString() === token)).toBe(false);
  expect(rows.every(({ hash }) => hash.length === 32)).toBe(true);
});
