import { UserChanged } from '@soc/contracts';
import { Login } from '@soc/contracts/auth/sessions';
import { UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { adminEmail, adminPassword, startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';

let auth: TestAuth;
let nowMs = Date.now();
beforeAll(async () => {
  auth = await startTestAuth({
    now: () => new Date(nowMs),
    env: { AUTH_LOCKOUT_FAILURES: '3', AUTH_LOCKOUT_ACCOUNT_FAILURES: '9', AUTH_LOCKOUT_BASE_S: '10' },
  });
});
afterAll(() => auth.close());
beforeEach(() => {
  nowMs = Date.now();
});

const attempt = (email: string, password: string) => auth.call(Login, { body: { email, password }, token: null });
/** Through the gateway, which tells the address of its client. */
const attemptFrom = (address: string, email: string, password: string) =>
  auth.call(Login, { body: { email, password }, token: null, headers: { 'x-forwarded-for': address } });

test('the first administrator of the environment can log in, however the address is written, and was announced', async () => {
  const { status, body } = await attempt(adminEmail.toUpperCase(), adminPassword);
  expect(status).toBe(200);
  expect(body).toMatchObject({ tokenType: 'Bearer', expiresInS: 900 });
  const [event] = await auth.published(UserChanged, { where: ({ data }) => data.email === adminEmail });
  expect(event.data).toMatchObject({ change: 'created', roles: ['admin'], active: true, version: 1 });
});

test('whose token is shown beside the password does not matter', async () => {
  await auth.addUser('beside@example.org', ['viewer']);
  await attempt('beside@example.org', 'wrong');
  const body = { email: 'beside@example.org', password: userPassword };
  for (const token of [auth.tokens.viewer, auth.tokens.otherTenantAdmin]) {
    expect((await auth.call(Login, { body, token })).status).toBe(200);
  }
});

test('an unknown address, a wrong password and an inactive account get the same answer', async () => {
  const id = await auth.addUser('inactive@example.org', ['viewer']);
  await auth.call(UpdateUser, { params: { id }, body: { active: false } });
  const answers = await Promise.all([
    attempt('unknown@example.org', userPassword),
    attempt(adminEmail, 'not the password'),
    attempt('inactive@example.org', userPassword),
  ]);
  const told = answers.map(({ status, problem }) => ({ status, ...problem, instance: undefined }));
  expect(told[0]).toMatchObject({ status: 401, code: 'auth.bad_credentials' });
  expect(told).toEqual([told[0], told[0], told[0]]);
});

const lockOf = async (email: string, address = '127.0.0.1'): Promise<number> => {
  const { status, problem, headers } = await attemptFrom(address, email, userPassword);
  expect([status, problem?.code]).toEqual([429, 'auth.locked']);
  return Number(headers['retry-after']);
};

test('an account that failed too often is locked, even for the right password, each time for twice as long', async () => {
  await auth.addUser('locked@example.org', ['viewer']);
  for (let i = 0; i < 3; i += 1) expect((await attempt('locked@example.org', 'wrong')).status).toBe(401);
  const delays: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    const retryAfterS = await lockOf('locked@example.org');
    delays.push(retryAfterS);
    nowMs += retryAfterS * 1000;
    expect((await attempt('locked@example.org', 'wrong')).status).toBe(401);
  }
  expect(delays).toEqual([10, 20, 40, 80]);
  nowMs += 160_000;
  expect((await attempt('locked@example.org', userPassword)).status).toBe(200);
  expect((await attempt('locked@example.org', 'wrong')).status).toBe(401);
  expect((await attempt('locked@example.org', userPassword)).status).toBe(200);
});

test('a stranger who fails too often locks the account for no one but the stranger', async () => {
  await auth.addUser('owner@example.org', ['viewer']);
  for (let i = 0; i < 4; i += 1) await attemptFrom('203.0.113.1', 'owner@example.org', 'wrong');
  await lockOf('owner@example.org', '203.0.113.1');
  expect((await attemptFrom('2001:db8::1', 'owner@example.org', userPassword)).status).toBe(200);
});

test('a stranger with all addresses of an IPv6 network is one stranger', async () => {
  await auth.addUser('six@example.org', ['viewer']);
  for (let i = 1; i <= 3; i += 1) await attemptFrom(`2001:db8:5::${i}`, 'six@example.org', 'wrong');
  expect(await lockOf('six@example.org', '2001:db8:5:0:1::1')).toBe(10);
});

test('failures from many addresses lock the account for where it was never logged in to, but not for its owner', async () => {
  await auth.addUser('wanted@example.org', ['viewer']);
  expect((await attemptFrom('198.51.100.1', 'wanted@example.org', userPassword)).status).toBe(200);
  const fail = (address: number) => attemptFrom(`203.0.113.${address}`, 'wanted@example.org', 'wrong');
  for (let address = 1; address <= 9; address += 1) expect((await fail(address)).status).toBe(401);
  await lockOf('wanted@example.org', '198.51.100.2');
  expect((await attemptFrom('198.51.100.1', 'wanted@example.org', userPassword)).status).toBe(200);
  // The owner's own mistakes still count where the owner is.
  for (let i = 0; i < 3; i += 1) await attemptFrom('198.51.100.1', 'wanted@example.org', 'wrong');
  await lockOf('wanted@example.org', '198.51.100.1');
});

test('the wide locks are short: whoever waits is let in, also where they never were', async () => {
  await auth.addUser('abroad@example.org', ['viewer']);
  for (let i = 1; i <= 30; i += 1) {
    await attemptFrom(`203.0.113.${i}`, 'abroad@example.org', 'wrong');
    nowMs += 61_000;
  }
  expect((await attemptFrom('198.51.100.9', 'abroad@example.org', userPassword)).status).toBe(200);
});

test('one address that tries many accounts is locked for all of them, except for who was there before', async () => {
  const strict = await startTestAuth({ env: { AUTH_LOCKOUT_ADDRESS_FAILURES: '4' } });
  onTestFinished(() => strict.close());
  const from = (email: string, password: string) =>
    strict.call(Login, { body: { email, password }, token: null, headers: { 'x-forwarded-for': '192.0.2.1' } });
  await strict.addUser('new@example.org', []);
  expect((await from(adminEmail, adminPassword)).status).toBe(200);
  for (let i = 0; i < 4; i += 1) expect((await from(`guess-${i}@example.org`, 'wrong')).status).toBe(401);
  expect((await from('new@example.org', userPassword)).status).toBe(429);
  expect((await from(adminEmail, adminPassword)).status).toBe(200);
});

test('mistakes that were made good by a login do not add up', async () => {
  await auth.addUser('clumsy@example.org', ['viewer']);
  for (let i = 0; i < 6; i += 1) {
    for (const password of ['wrong', 'wrong', userPassword]) await attempt('clumsy@example.org', password);
  }
  expect((await attemptFrom('198.51.100.77', 'clumsy@example.org', userPassword)).status).toBe(200);
});

test('an address that is no account is locked as well, so that the lock tells nothing', async () => {
  for (let i = 0; i < 3; i += 1) await attempt('nobody@example.org', 'wrong');
  expect((await attempt('Nobody@example.org', 'wrong')).status).toBe(429);
});

test('a login forgets the failures before it', async () => {
  await auth.addUser('forgetful@example.org', ['viewer']);
  for (const password of ['wrong', 'wrong', userPassword, 'wrong', 'wrong', userPassword]) {
    expect((await attempt('forgetful@example.org', password)).status).toBe(password === 'wrong' ? 401 : 200);
  }
});

test('many guesses at once get no further than one after another', async () => {
  await auth.addUser('guessed@example.org', ['viewer']);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => attempt('guessed@example.org', `guess ${i}`)));
  const wrong = answers.filter(({ status }) => status === 401);
  // Two passwords are checked at a time: one more than allowed may be under way when the lock falls.
  expect(wrong.length).toBeLessThanOrEqual(4);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20 - wrong.length);
});

test('what finds too many logins waiting is told to come back', async () => {
  const small = await startTestAuth({ env: { AUTH_HASH_CONCURRENCY: '1', AUTH_HASH_QUEUE: '1' } });
  onTestFinished(() => small.close());
  const body = { email: adminEmail, password: adminPassword };
  const answers = await Promise.all(Array.from({ length: 6 }, () => small.call(Login, { body, token: null })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 503, 503, 503, 503]);
  const refused = answers.find(({ status }) => status === 503);
  expect(refused?.problem?.code).toBe('auth.busy');
  expect(refused?.headers['retry-after']).toBe('1');
});

test('a hash of another cost is renewed at the login', async () => {
  await auth.addUser('old-hash@example.org', ['viewer']);
  const dearer = await startTestAuth({ env: { ...auth.env, AUTH_ARGON2_PASSES: '2' } });
  onTestFinished(() => dearer.close({ keepData: true }));
  const hash = async (): Promise<string> => {
    const sql = 'select password_hash from auth.users where email = $1';
    return (await auth.query<{ password_hash: string }>(sql, ['old-hash@example.org']))[0]?.password_hash ?? '';
  };
  expect(await hash()).toContain('t=1,');
  await dearer.logIn('old-hash@example.org');
  expect(await hash()).toContain('t=2,');
  await dearer.logIn('old-hash@example.org');
});
