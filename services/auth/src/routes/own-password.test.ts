import { permissionsOfRole, UserChanged } from '@soc/contracts';
import { CreateApiKey } from '@soc/contracts/auth/api-keys';
import { DisableMfa, BeginMfa, RenewRecoveryCodes } from '@soc/contracts/auth/mfa';
import { ChangeOwnPassword, Login, Refresh } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth({ env: { AUTH_LOCKOUT_FAILURES: '3' } });
});
afterAll(() => auth.close());

const NEW = 'a brand new password';
const logIn = (email: string, password = userPassword) => auth.call(Login, { body: { email, password }, token: null });
const change = (token: string, oldPassword = userPassword, newPassword = NEW) =>
  auth.call(ChangeOwnPassword, { body: { oldPassword, newPassword }, token });
const outcome = ({ status, problem }: { status: number; problem: { code: string } | undefined }) => [
  status,
  problem?.code,
];

test('a person gives themselves another password: other sessions end, this one goes on, and the fleet is told', async () => {
  const id = await auth.addUser('own@example.org', ['viewer']);
  const [here, elsewhere] = [(await logIn('own@example.org')).body, (await logIn('own@example.org')).body];
  expect((await change(here.accessToken)).status).toBe(204);
  const refresh = async ({ refreshToken }: { refreshToken: string }) =>
    (await auth.call(Refresh, { body: { refreshToken }, token: null })).status;
  expect([await refresh(here), await refresh(elsewhere)]).toEqual([200, 401]);
  expect((await logIn('own@example.org')).status).toBe(401);
  expect((await logIn('own@example.org', NEW)).status).toBe(200);
  const [event] = await auth.published(UserChanged, {
    where: ({ subject, data }) => subject === id && data.version === 2,
  });
  expect(event.data.change).toBe('updated');
});

test('the old password is needed, and the new one is held to the policy', async () => {
  await auth.addUser('policy@example.org', ['viewer']);
  const token = (await logIn('policy@example.org')).body.accessToken;
  expect(outcome(await change(token, 'wrong'))).toEqual([422, 'auth.wrong_password']);
  const refused = await change(token, userPassword, 'policy-policy-policy');
  expect(outcome(refused)).toEqual([422, 'auth.password_refused']);
  expect(refused.problem?.errors?.[0]?.path).toBe('body.newPassword');
  const same = await change(token, userPassword, userPassword);
  expect(same.problem?.errors?.[0]?.message).toBe('is the one you have');
});

test('an administrator cannot get around the old password, nor can a key of theirs', async () => {
  const id = await auth.addUser('admin-too@example.org', ['admin']);
  const token = (await logIn('admin-too@example.org')).body.accessToken;
  const { body: made } = await auth.call(CreateApiKey, {
    body: { name: 'k', permissions: [...permissionsOfRole.admin] },
    token,
  });
  const key = auth.sign({ ...auth.principals.admin, kind: 'api_key', subject: made.id, makerId: id });
  for (const one of [token, key]) {
    const answer = await auth.call(UpdateUser, { params: { id }, body: { password: NEW }, token: one });
    expect(outcome(answer)).toEqual([409, 'auth.own_account']);
  }
  expect((await auth.call(UpdateUser, { params: { id }, body: { displayName: 'Me' }, token })).status).toBe(200);
});

test('guessing the old password with a stolen token is locked', async () => {
  await auth.addUser('stolen@example.org', ['viewer']);
  const token = (await logIn('stolen@example.org')).body.accessToken;
  for (let i = 0; i < 3; i += 1) expect((await change(token, `guess ${i}`)).status).toBe(422);
  expect(outcome(await change(token))).toEqual([429, 'auth.locked']);
});

test('a machine has no password, nor has who is not active any more', async () => {
  expect(outcome(await change(auth.tokens.service))).toEqual([403, 'auth.not_a_person']);
  const id = await auth.addUser('left@example.org', ['viewer']);
  const token = (await logIn('left@example.org')).body.accessToken;
  await auth.call(UpdateUser, { params: { id }, body: { active: false } });
  expect(outcome(await change(token))).toEqual([403, 'auth.not_a_person']);
});

test('every door that checks a password refuses when too many wait', async () => {
  const small = await startTestAuth({
    env: { AUTH_HASH_CONCURRENCY: '1', AUTH_HASH_QUEUE: '0', AUTH_ARGON2_MEMORY_KIB: '32768' },
  });
  onTestFinished(() => small.close());
  await small.addUser('busy@example.org', ['viewer']);
  const token = await small.logIn('busy@example.org');
  const doors = [
    () => small.call(BeginMfa, { body: { password: userPassword }, token }),
    () => small.call(DisableMfa, { body: { password: userPassword, code: '000000' }, token }),
    () => small.call(RenewRecoveryCodes, { body: { password: userPassword, code: '000000' }, token }),
    () => small.call(ChangeOwnPassword, { body: { oldPassword: userPassword, newPassword: NEW }, token }),
  ];
  for (const door of doors) {
    const answers = await Promise.all([door(), door(), door()]);
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.map(({ problem }) => problem?.code)).toContain('auth.busy');
  }
});
