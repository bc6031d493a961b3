import { auditEvents, type AuditFact } from '@soc/contracts';
import { ReplaceMfaPolicy, ResetMfa } from '@soc/contracts/auth/mfa';
import { CreateRole, DeleteRole, ReplaceRole } from '@soc/contracts/auth/roles';
import { ChangeOwnPassword, Login, Refresh } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';
import { codeAt, enrol } from '../totp.fixture.ts';

let auth: TestAuth;
let nowMs = Date.now();
beforeAll(async () => {
  auth = await startTestAuth({ now: () => new Date(nowMs), env: { AUTH_LOCKOUT_FAILURES: '2' } });
});
afterAll(() => auth.close());

const spec = auditEvents.get('auth');
/** The records of an action on a target, once there are as many. */
const recorded = async (action: string, targetId: string | undefined, count = 1): Promise<readonly AuditFact[]> => {
  if (!spec) throw new Error('auth has no type of event for its records');
  const where = ({ data }: { readonly data: AuditFact }): boolean =>
    data.action === action && data.target?.id === targetId;
  return waitFor(
    async () => {
      // Whatever is published may be twice on its stream.
      const events = new Map((await auth.published(spec, { where })).map(({ id, data }) => [id, data]));
      if (events.size < count) throw new Error(`${events.size} of ${count} records of ${action}`);
      return [...events.values()];
    },
    { deadlineMs: 20_000 },
  );
};
const logIn = (email: string, password: string, otp?: string) =>
  auth.call(Login, {
    body: { email, password, ...(otp !== undefined && { otp }) },
    token: null,
    headers: { 'x-forwarded-for': '203.0.113.9' },
  });

test('every login is recorded with who and from where: done, refused, without a code, and locked', async () => {
  const id = await auth.addUser('ann@example.org', ['viewer']);
  const { accessToken } = (await logIn('ann@example.org', userPassword)).body;
  const { secret } = await enrol(auth, accessToken, nowMs);
  nowMs += 30_000;
  await logIn('ann@example.org', userPassword);
  await logIn('ann@example.org', userPassword, codeAt(secret, nowMs));
  await logIn('ann@example.org', 'wrong');
  await logIn('ann@example.org', 'wrong');
  await logIn('ann@example.org', 'wrong');
  const facts = await recorded('login.attempt', id, 6);
  expect(facts.map(({ outcome, reason = 'opened' }) => `${outcome} ${reason}`).toSorted()).toEqual([
    'denied auth.bad_credentials',
    'denied auth.bad_credentials',
    'denied auth.locked',
    'denied auth.otp_required',
    'success opened',
    'success opened',
  ]);
  const [opened] = facts.filter(({ outcome }) => outcome === 'success');
  expect(opened).toMatchObject({
    actor: { kind: 'user', id, name: 'Somebody' },
    details: { email: 'ann@example.org' },
    request: { address: '203.0.113.9', method: 'POST', route: '/api/v1/auth/login' },
  });
  expect(facts.find(({ reason }) => reason === 'auth.locked')?.actor).toEqual({ kind: 'anonymous' });
  expect(JSON.stringify(facts)).not.toContain(userPassword);
});

test('who goes on with a session is recorded by name, and that a refresh token was shown twice for its session', async () => {
  const id = await auth.addUser('gus@example.org', ['viewer']);
  const { refreshToken } = (await logIn('gus@example.org', userPassword)).body;
  const refresh = () => auth.call(Refresh, { body: { refreshToken }, token: null });
  expect([(await refresh()).status, (await refresh()).status]).toEqual([200, 401]);
  const [session] = await auth.query<{ id: string }>('select id from auth.sessions where user_id = $1', [id]);
  expect(await recorded('session.refresh', session?.id)).toMatchObject([
    { outcome: 'success', actor: { kind: 'user', id, name: 'Somebody' } },
  ]);
  expect(await recorded('session.end', session?.id)).toMatchObject([
    { reason: 'auth.refresh_token_reused', actor: { kind: 'anonymous' }, details: { userId: id } },
  ]);
});

test('changes of people, their factors and their passwords are recorded, with the rights before and after', async () => {
  const id = await auth.addUser('bob@example.org', ['viewer', 'analyst']);
  expect(await recorded('user.create', id)).toMatchObject([
    { outcome: 'success', details: { roles: ['viewer', 'analyst'] } },
  ]);
  const { accessToken: token } = (await logIn('bob@example.org', userPassword)).body;
  await enrol(auth, token, nowMs);
  expect(await recorded('mfa.begin', id)).toHaveLength(1);
  expect(await recorded('mfa.confirm', id)).toHaveLength(1);
  const body = { oldPassword: userPassword, newPassword: 'a brand new password' };
  await auth.call(ChangeOwnPassword, { body: { ...body, newPassword: 'bob-bob-bob-bob' }, token });
  await auth.call(ChangeOwnPassword, { body, token });
  expect(await recorded('password.change', id)).toMatchObject([{ outcome: 'success', actor: { kind: 'user', id } }]);
  expect(await recorded('password.change', undefined)).toMatchObject([
    { outcome: 'failure', reason: 'auth.password_refused' },
  ]);
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['viewer'], password: 'yet another password' } });
  const [update] = await recorded('user.update', id);
  expect(update?.details).toMatchObject({
    fields: ['roles', 'password'],
    roles: { before: ['viewer', 'analyst'], after: ['viewer'] },
  });
  expect(JSON.stringify(update)).not.toContain('yet another');
  await auth.call(ResetMfa, { params: { id } });
  expect(await recorded('mfa.reset', id)).toMatchObject([{ outcome: 'success', target: { type: 'mfa', id } }]);
});

test('changes of roles and of whose login needs a second factor are recorded, refused ones as well', async () => {
  await auth.call(CreateRole, { body: { name: 'seen', permissions: ['alerts:read', 'intel:read'] } });
  await auth.call(ReplaceRole, { params: { name: 'seen' }, body: { permissions: ['alerts:read'] } });
  await auth.call(DeleteRole, { params: { name: 'seen' }, token: auth.tokens.viewer });
  await auth.call(DeleteRole, { params: { name: 'seen' } });
  expect(await recorded('role.create', 'seen')).toMatchObject([{ outcome: 'success' }]);
  const [replaced] = await recorded('role.replace', 'seen');
  expect(replaced?.details).toMatchObject({
    permissions: { before: ['alerts:read', 'intel:read'], after: ['alerts:read'] },
  });
  const deletions = await recorded('role.delete', 'seen', 2);
  expect(deletions.map(({ outcome }) => outcome).toSorted()).toEqual(['denied', 'success']);
  await auth.call(ReplaceMfaPolicy, { body: { mfaRequiredRoles: ['admin'] } });
  expect(await recorded('mfa_policy.replace', 'default')).toMatchObject([
    { details: { before: [], after: ['admin'] } },
  ]);
});
