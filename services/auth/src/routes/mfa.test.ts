import { BeginMfa, ConfirmMfa, DisableMfa, GetMfa, RenewRecoveryCodes, ResetMfa } from '@soc/contracts/auth/mfa';
import { ListSessions, Login, Refresh } from '@soc/contracts/auth/sessions';
import { GetUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';
import { codeAt, enrol } from '../totp.fixture.ts';

let auth: TestAuth;
let nowMs = Date.now();
beforeAll(async () => {
  auth = await startTestAuth({ now: () => new Date(nowMs), env: { AUTH_LOCKOUT_FAILURES: '4' } });
});
afterAll(() => auth.close());
beforeEach(() => {
  nowMs = Date.now();
});

const STEP_MS = 30_000;
const password = userPassword;
const logIn = (email: string, otp?: string) =>
  auth.call(Login, { body: { email, password, ...(otp !== undefined && { otp }) }, token: null });
const outcome = ({ status, problem }: { status: number; problem: { code: string } | undefined }) => [
  status,
  problem?.code,
];
let people = 0;
/** A new person with an open session. */
const addPerson = async () => {
  people += 1;
  const email = `person-${people}@example.org`;
  const id = await auth.addUser(email, ['viewer']);
  const opened = await logIn(email);
  if (opened.status !== 200) throw new Error(`the login answered ${JSON.stringify(opened.problem)}`);
  return { email, id, ...opened.body };
};
const addEnrolled = async () => {
  const person = await addPerson();
  const factor = await enrol(auth, person.accessToken, nowMs);
  // The code of the confirmation is used up.
  nowMs += STEP_MS;
  return { ...person, ...factor };
};

test('a second factor is enrolled with a code of the application, and from then on a login needs one', async () => {
  const { email, id, accessToken: token } = await addPerson();
  const begun = await auth.call(BeginMfa, { body: { password }, token });
  expect(begun.status).toBe(201);
  const uri = new URL(begun.body.uri);
  expect([uri.protocol, uri.host, uri.searchParams.get('secret')]).toEqual(['otpauth:', 'totp', begun.body.secret]);
  expect((await logIn(email)).status).toBe(200);
  const wrong = await auth.call(ConfirmMfa, { body: { code: '000000' }, token });
  expect(outcome(wrong)).toEqual([422, 'auth.wrong_otp']);
  const code = codeAt(begun.body.secret, nowMs);
  const confirmed = await auth.call(ConfirmMfa, { body: { code }, token });
  expect(confirmed.status).toBe(200);
  expect(new Set(confirmed.body.recoveryCodes).size).toBe(10);
  expect(outcome(await logIn(email))).toEqual([401, 'auth.otp_required']);
  nowMs += STEP_MS;
  expect((await logIn(email, codeAt(begun.body.secret, nowMs))).status).toBe(200);
  const { body: status } = await auth.call(GetMfa, { token });
  expect(status).toMatchObject({ enabled: true, required: false, recoveryCodesLeft: 10 });
  expect((await auth.call(GetUser, { params: { id } })).body.mfaEnabled).toBe(true);
});

test('a code is good for one login, also of two at once, and the code of the enrolment for none', async () => {
  const { email, secret } = await addEnrolled();
  const used = codeAt(secret, nowMs - STEP_MS);
  expect(outcome(await logIn(email, used))).toEqual([401, 'auth.otp_required']);
  const code = codeAt(secret, nowMs);
  const answers = await Promise.all([logIn(email, code), logIn(email, code)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  nowMs += STEP_MS;
  expect(outcome(await logIn(email, code))).toEqual([401, 'auth.otp_required']);
});

test('clocks may be a step apart and no more', async () => {
  const { email, secret } = await addEnrolled();
  nowMs += 10 * STEP_MS;
  expect((await logIn(email, codeAt(secret, nowMs - 2 * STEP_MS))).status).toBe(401);
  expect((await logIn(email, codeAt(secret, nowMs + 2 * STEP_MS))).status).toBe(401);
  expect((await logIn(email, codeAt(secret, nowMs - STEP_MS))).status).toBe(200);
  expect((await logIn(email, codeAt(secret, nowMs + STEP_MS))).status).toBe(200);
});

test('a code helps nobody without the password, and is not asked of who has the wrong one', async () => {
  const { email, secret } = await addEnrolled();
  const otp = codeAt(secret, nowMs);
  const answer = await auth.call(Login, { body: { email, password: 'not the password', otp }, token: null });
  expect(outcome(answer)).toEqual([401, 'auth.bad_credentials']);
  expect((await logIn(email, otp)).status).toBe(200);
});

test('guessing codes with the right password is locked like guessing passwords', async () => {
  const { email, secret } = await addEnrolled();
  for (let i = 0; i < 4; i += 1) expect((await logIn(email, '000000')).status).toBe(401);
  expect(outcome(await logIn(email, codeAt(secret, nowMs)))).toEqual([429, 'auth.locked']);
});

test('a recovery code stands in for the application once, however it is typed', async () => {
  const { email, recoveryCodes, accessToken: token } = await addEnrolled();
  const [first = '', second = ''] = recoveryCodes;
  expect((await logIn(email, first)).status).toBe(200);
  expect(outcome(await logIn(email, first))).toEqual([401, 'auth.otp_required']);
  expect((await logIn(email, second.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
  expect((await auth.call(GetMfa, { token })).body.recoveryCodesLeft).toBe(8);
});

test('new recovery codes take the place of the old ones', async () => {
  const { email, secret, recoveryCodes, accessToken: token } = await addEnrolled();
  const renew = (body: object) => auth.call(RenewRecoveryCodes, { body, token });
  expect(outcome(await renew({ password, code: '000000' }))).toEqual([422, 'auth.wrong_otp']);
  expect(outcome(await renew({ password: 'wrong', code: '000000' }))).toEqual([422, 'auth.wrong_password']);
  const renewed = await renew({ password, code: codeAt(secret, nowMs) });
  expect(renewed.status).toBe(200);
  expect((await logIn(email, recoveryCodes[0])).status).toBe(401);
  expect((await logIn(email, renewed.body.recoveryCodes[0])).status).toBe(200);
});

test('the owner takes the factor away with both, and can enrol another', async () => {
  const { email, secret, accessToken: token } = await addEnrolled();
  const disable = (body: object) => auth.call(DisableMfa, { body, token });
  expect(outcome(await disable({ password: 'wrong', code: '000000' }))).toEqual([422, 'auth.wrong_password']);
  expect(outcome(await disable({ password, code: '000000' }))).toEqual([422, 'auth.wrong_otp']);
  expect(outcome(await auth.call(BeginMfa, { body: { password }, token }))).toEqual([409, 'auth.mfa_enabled']);
  expect(outcome(await auth.call(ConfirmMfa, { body: { code: '000000' }, token }))).toEqual([409, 'auth.mfa_enabled']);
  expect((await disable({ password, code: codeAt(secret, nowMs) })).status).toBe(204);
  expect((await logIn(email)).status).toBe(200);
  expect(outcome(await disable({ password, code: '000000' }))).toEqual([409, 'auth.mfa_not_enabled']);
  const renewed = await auth.call(RenewRecoveryCodes, { body: { password, code: '000000' }, token });
  expect(outcome(renewed)).toEqual([409, 'auth.mfa_not_enabled']);
  expect((await enrol(auth, token, nowMs)).secret).not.toBe(secret);
});

test('an enrolment needs the password, ends every other session and leaves its own', async () => {
  const here = await addPerson();
  const elsewhere = (await logIn(here.email)).body;
  const refused = await auth.call(BeginMfa, { body: { password: 'wrong' }, token: here.accessToken });
  expect(outcome(refused)).toEqual([422, 'auth.wrong_password']);
  await enrol(auth, here.accessToken, nowMs);
  const refresh = async ({ refreshToken }: { refreshToken: string }) =>
    (await auth.call(Refresh, { body: { refreshToken }, token: null })).status;
  expect([await refresh(here), await refresh(elsewhere)]).toEqual([200, 401]);
  const { body } = await auth.call(ListSessions, { token: here.accessToken });
  expect(body.items.map(({ current }) => current)).toEqual([true]);
});

test('an administrator resets the factor of who lost it, which ends the sessions, but not the own', async () => {
  const { id, email, refreshToken } = await addEnrolled();
  const reset = (token = auth.tokens.admin, of = id) => auth.call(ResetMfa, { params: { id: of }, token });
  expect(outcome(await reset(auth.tokens.otherTenantAdmin))).toEqual([404, 'auth.user_not_found']);
  const little = auth.sign({ ...auth.principals.admin, permissions: new Set(['users:write']) });
  expect(outcome(await reset(little))).toEqual([422, 'auth.permission_not_held']);
  expect(outcome(await reset(auth.tokens.admin, auth.principals.admin.subject))).toEqual([409, 'auth.own_account']);
  expect((await reset()).status).toBe(204);
  expect((await reset()).status).toBe(204);
  expect((await auth.call(Refresh, { body: { refreshToken }, token: null })).status).toBe(401);
  expect((await logIn(email)).status).toBe(200);
});

test('a machine has no second factor', async () => {
  const token = auth.tokens.service;
  expect((await auth.call(GetMfa, { token })).body.enabled).toBe(false);
  expect(outcome(await auth.call(BeginMfa, { body: { password }, token }))).toEqual([403, 'auth.not_a_person']);
  expect(outcome(await auth.call(ConfirmMfa, { body: { code: '000000' }, token }))).toEqual([
    409,
    'auth.mfa_not_begun',
  ]);
});

test('guessing at any of the doors of an open session is locked', async () => {
  const { secret, accessToken: token } = await addEnrolled();
  const body = { password: 'wrong', code: '000000' };
  for (let i = 0; i < 4; i += 1) await auth.call(DisableMfa, { body, token });
  const right = { password, code: codeAt(secret, nowMs) };
  const answers = [
    await auth.call(DisableMfa, { body: right, token }),
    await auth.call(RenewRecoveryCodes, { body: right, token }),
    await auth.call(BeginMfa, { body: { password }, token }),
    await auth.call(ConfirmMfa, { body: { code: right.code }, token }),
  ];
  expect(answers.map((answer) => outcome(answer))).toEqual(Array.from({ length: 4 }, () => [429, 'auth.locked']));
});

test('neither the secret nor a recovery code can be read from the database', async () => {
  const { id, secret, recoveryCodes } = await addEnrolled();
  const rows = await auth.query(
    'select * from auth.mfa_factors f join auth.recovery_codes c using (user_id) where user_id = $1',
    [id],
  );
  const changes = await auth.query('select before, after from audit.changes');
  const text = JSON.stringify([rows, changes]);
  expect(rows).toHaveLength(10);
  for (const hidden of [secret, ...recoveryCodes]) expect(text).not.toContain(hidden);
  const [{ secret: sealed } = { secret: '' }] = await auth.query<{ secret: string }>(
    'select secret from auth.mfa_factors where user_id = $1',
    [id],
  );
  expect(JSON.stringify(changes)).not.toContain(sealed);
});
