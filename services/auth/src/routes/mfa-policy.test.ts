import { ConfirmMfa, DisableMfa, GetMfa, GetMfaPolicy, ReplaceMfaPolicy } from '@soc/contracts/auth/mfa';
import { CreateRole, DeleteRole } from '@soc/contracts/auth/roles';
import { ChangeOwnPassword, GetMe, ListSessions, Login, Logout, Refresh } from '@soc/contracts/auth/sessions';
import { ListRevocations } from '@soc/contracts/auth/revocations';
import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { CreateUser, ListUsers, UpdateUser } from '@soc/contracts/auth/users';
import { createDbCluster, sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { gatewaySecret, startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';
import { claimsOf, codeAt, enrol } from '../totp.fixture.ts';

let auth: TestAuth;
let nowMs = Date.now();
beforeAll(async () => {
  auth = await startTestAuth({ now: () => new Date(nowMs) });
});
afterAll(() => auth.close());
beforeEach(async () => {
  nowMs = Date.now();
  await demand([]);
});

const demand = (mfaRequiredRoles: readonly string[], token = auth.tokens.admin) =>
  auth.call(ReplaceMfaPolicy, { body: { mfaRequiredRoles }, token });
const begin = async (email: string, otp?: string) =>
  (await auth.call(Login, { body: { email, password: userPassword, ...(otp && { otp }) }, token: null })).body;
const renew = async (refreshToken: string) => (await auth.call(Refresh, { body: { refreshToken }, token: null })).body;

test('a refresh under way while a second factor goes is held up, and gives a token that can only enrol another', async () => {
  const id = await auth.addUser('between@example.org', ['viewer']);
  const { accessToken } = await begin('between@example.org');
  const { secret } = await enrol(auth, accessToken, nowMs);
  nowMs += 30_000;
  const { refreshToken } = await begin('between@example.org', codeAt(secret, nowMs));
  await demand(['viewer']);
  const db = createDbCluster({
    primaryUrl: auth.env['DATABASE_URL'] ?? '',
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('auth', 'test'),
    onError: () => undefined,
  });
  onTestFinished(() => db.close());
  const { renewed } = await db.tx(async (tx) => {
    // As it is taken away by its owner, up to the commit.
    await tx.query(sql`delete from auth.mfa_factors where user_id = ${id}`);
    await tx.query(sql`update auth.users set tokens_valid_from = now() where id = ${id}`);
    const refreshing = renew(refreshToken);
    await waitFor(async () => {
      const waiting = await db.write.query(
        sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%for share%'`,
      );
      return waiting.length > 0;
    });
    return { renewed: refreshing };
  });
  expect(claimsOf((await renewed).accessToken)).toMatchObject({ permissions: [], mfa: 'enrol' });
});

test('the policy is read back, names roles that exist, and is of its own tenant', async () => {
  await auth.call(CreateRole, { body: { name: 'on-call', permissions: ['alerts:read'] } });
  const { status, body } = await demand(['admin', 'on-call', 'admin']);
  expect([status, body.mfaRequiredRoles]).toEqual([200, ['admin', 'on-call']]);
  expect((await auth.call(GetMfaPolicy)).body).toEqual(body);
  const other = await auth.call(GetMfaPolicy, { token: auth.tokens.otherTenantAdmin });
  expect(other.body.mfaRequiredRoles).toEqual([]);
  const unknown = await demand(['admin', 'nobody']);
  expect([unknown.status, unknown.problem?.errors?.[0]?.path]).toEqual([400, 'body.mfaRequiredRoles.1']);
  await auth.call(DeleteRole, { params: { name: 'on-call' } });
  expect((await auth.call(GetMfaPolicy)).body.mfaRequiredRoles).toEqual(['admin']);
});

test('who may do less than a role cannot free it from its second factor', async () => {
  await demand(['admin']);
  const little = auth.sign({ ...auth.principals.admin, permissions: new Set(['users:write']) });
  const { status, problem } = await demand([], little);
  expect([status, problem?.code]).toEqual([422, 'auth.permission_not_held']);
  expect((await demand(['admin', 'viewer'], little)).status).toBe(200);
});

test('a person in such a role without a factor gets a token that can enrol one and nothing else', async () => {
  await auth.addUser('must@example.org', ['analyst', 'admin']);
  await demand(['admin']);
  const { accessToken: token, refreshToken } = await begin('must@example.org');
  expect(claimsOf(token)).toMatchObject({ permissions: [], mfa: 'enrol' });
  expect((await auth.call(GetMfa, { token })).body).toMatchObject({ enabled: false, required: true });
  const refused = [
    await auth.call(ListUsers, { token }),
    await auth.call(ListSessions, { token }),
    await auth.call(ChangeOwnPassword, {
      body: { oldPassword: userPassword, newPassword: 'a brand new password' },
      token,
    }),
  ];
  expect(refused.map(({ status, problem }) => [status, problem?.code])).toEqual(
    Array.from({ length: 3 }, () => [403, 'auth.mfa_enrolment_required']),
  );
  expect((await auth.call(GetMe, { token })).status).toBe(200);
  const { secret } = await enrol(auth, token, nowMs);
  const renewed = claimsOf((await renew(refreshToken)).accessToken);
  expect(renewed['permissions']).toContain('users:write');
  expect(renewed).not.toHaveProperty('mfa');
  nowMs += 30_000;
  const again = claimsOf((await begin('must@example.org', codeAt(secret, nowMs))).accessToken);
  expect(again['permissions']).toContain('users:write');
});

test('of two sessions that can only enrol, the one that did not is over: a thief of the password gains nothing', async () => {
  await auth.addUser('robbed@example.org', ['admin']);
  await demand(['admin']);
  const [owner, thief] = [await begin('robbed@example.org'), await begin('robbed@example.org')];
  await enrol(auth, owner.accessToken, nowMs);
  expect((await auth.call(Refresh, { body: { refreshToken: thief.refreshToken }, token: null })).status).toBe(401);
  const confirmed = await auth.call(ConfirmMfa, { body: { code: '000000' }, token: thief.accessToken });
  expect(confirmed.status).toBe(409);
});

test('when a role comes to need it, the tokens of those without are refused, and their sessions can only enrol', async () => {
  const id = await auth.addUser('without@example.org', ['responder']);
  const withId = await auth.addUser('with@example.org', ['responder']);
  await enrol(auth, (await begin('with@example.org')).accessToken, nowMs);
  const { refreshToken } = await begin('without@example.org');
  await demand(['responder']);
  const body = { serviceName: 'gateway', secret: gatewaySecret };
  const gateway = (await auth.call(CreateServiceToken, { body, token: null })).body.accessToken;
  const { items } = (await auth.call(ListRevocations, { token: gateway })).body;
  const subjects = items.filter(({ kind }) => kind === 'user').map(({ subject }) => subject);
  expect(subjects).toContain(id);
  expect(subjects).not.toContain(withId);
  expect(claimsOf((await renew(refreshToken)).accessToken)).toMatchObject({ permissions: [], mfa: 'enrol' });
});

test('who takes the factor away where it is needed can only enrol another', async () => {
  await auth.addUser('swap@example.org', ['admin']);
  await demand(['admin']);
  const { accessToken: token, refreshToken } = await begin('swap@example.org');
  const { secret } = await enrol(auth, token, nowMs);
  const full = await renew(refreshToken);
  nowMs += 30_000;
  const code = codeAt(secret, nowMs);
  const disabled = await auth.call(DisableMfa, { body: { password: userPassword, code }, token: full.accessToken });
  expect(disabled.status).toBe(204);
  expect(claimsOf((await renew(full.refreshToken)).accessToken)).toMatchObject({ permissions: [], mfa: 'enrol' });
});

test('who was given a password can be made to choose another before anything else', async () => {
  const email = 'given@example.org';
  const person = { email, displayName: 'New', roles: ['admin'], password: userPassword, mustChangePassword: true };
  const { body: made } = await auth.call(CreateUser, { body: person });
  expect(made.mustChangePassword).toBe(true);
  await demand(['admin']);
  const { accessToken: token, refreshToken } = await begin(email);
  expect(claimsOf(token)).toMatchObject({ permissions: [], pwd: 'change' });
  for (const endpoint of [ListUsers, ListSessions, GetMfa]) {
    const { status, problem } = await auth.call(endpoint, { token });
    expect([status, problem?.code]).toEqual([403, 'auth.password_change_required']);
  }
  const body = { oldPassword: userPassword, newPassword: 'a brand new password' };
  expect((await auth.call(ChangeOwnPassword, { body, token })).status).toBe(204);
  const next = await renew(refreshToken);
  expect(claimsOf(next.accessToken)).toMatchObject({ permissions: [], mfa: 'enrol' });
  expect((await auth.call(Logout, { token: next.accessToken })).status).toBe(204);
  const changed = await auth.call(UpdateUser, { params: { id: made.id }, body: { mustChangePassword: true } });
  expect(changed.body.mustChangePassword).toBe(true);
});
