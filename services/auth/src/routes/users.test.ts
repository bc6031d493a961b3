import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserChanged } from '@soc/contracts';
import { Login, Refresh } from '@soc/contracts/auth/sessions';
import { CreateUser, GetUser, ListUsers, UpdateUser } from '@soc/contracts/auth/users';
import { createDbCluster, sql } from '@soc/db-cluster';
import { makeTemporaryDirectory, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { adminEmail, adminPassword, startTestAuth, type TestAuth, userPassword } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.close());

const newUser = (email: string) => ({ email, displayName: 'Ann', roles: ['viewer' as const], password: userPassword });
const begin = async (email: string, password = userPassword) =>
  auth.call(Login, { body: { email, password }, token: null });
const canRefresh = async (refreshToken: string): Promise<boolean> =>
  (await auth.call(Refresh, { body: { refreshToken }, token: null })).status === 200;

test('a created user can log in, is found, and was announced without a secret', async () => {
  const { status, body: ann } = await auth.call(CreateUser, { body: newUser('ann@example.org') });
  expect(status).toBe(201);
  expect(ann).toMatchObject({ email: 'ann@example.org', roles: ['viewer'], active: true, version: 1 });
  expect((await begin('ann@example.org')).status).toBe(200);
  const { body: found } = await auth.call(GetUser, { params: { id: ann.id } });
  expect(found).toEqual({ ...ann, lastLoginAt: found.lastLoginAt });
  expect(found.lastLoginAt).not.toBeNull();
  const [event] = await auth.published(UserChanged, { where: ({ subject }) => subject === ann.id });
  expect(event.data).toMatchObject({ change: 'created', email: 'ann@example.org' });
  expect(JSON.stringify([event, found])).not.toMatch(/password|argon/);
});

test('an address is one account, however it is written', async () => {
  await auth.call(CreateUser, { body: newUser('taken@example.org') });
  const { status, problem } = await auth.call(CreateUser, { body: newUser('Taken@Example.ORG') });
  expect([status, problem?.code]).toEqual([409, 'auth.email_taken']);
});

test('a password under twelve characters is refused', async () => {
  const { status, problem } = await auth.call(CreateUser, {
    body: { ...newUser('short@example.org'), password: 'elevenchars' },
  });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'body.password']);
});

test('a user of another tenant is not there', async () => {
  const id = await auth.addUser('ours@example.org', ['viewer']);
  const token = auth.tokens.otherTenantAdmin;
  const found = await auth.call(GetUser, { params: { id }, token });
  expect([found.status, found.problem?.code]).toEqual([404, 'auth.user_not_found']);
  const changed = await auth.call(UpdateUser, { params: { id }, body: { active: false }, token });
  expect([changed.status, changed.problem?.code]).toEqual([404, 'auth.user_not_found']);
  expect((await auth.call(ListUsers, { token })).body.items).toEqual([]);
});

test('the list is paged in the order of creation and can leave out the inactive', async () => {
  const paged = await startTestAuth();
  onTestFinished(() => paged.close());
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) ids.push(await paged.addUser(`${name}@example.org`, []));
  await paged.call(UpdateUser, { params: { id: ids[1] ?? '' }, body: { active: false } });
  const first = await paged.call(ListUsers, { query: { limit: 3 } });
  expect(first.body.items.map(({ email }) => email)).toEqual([adminEmail, 'a@example.org', 'b@example.org']);
  const rest = await paged.call(ListUsers, { query: { limit: 3, cursor: first.body.nextCursor ?? '' } });
  expect(rest.body.items.map(({ email }) => email)).toEqual(['c@example.org']);
  expect(rest.body.nextCursor).toBeNull();
  const active = await paged.call(ListUsers, { query: { active: true } });
  expect(active.body.items.map(({ email }) => email)).not.toContain('b@example.org');
  expect((await paged.call(ListUsers, { query: { cursor: 'bm90IG91cnM' } })).status).toBe(400);
});

test('a deactivated user can neither log in nor go on, and the fleet is told', async () => {
  const id = await auth.addUser('leaving@example.org', ['analyst']);
  const { body } = await begin('leaving@example.org');
  const changed = await auth.call(UpdateUser, { params: { id }, body: { active: false } });
  expect(changed.body).toMatchObject({ active: false, version: 2 });
  expect(await canRefresh(body.refreshToken)).toBe(false);
  expect((await begin('leaving@example.org')).status).toBe(401);
  const [event] = await auth.published(UserChanged, {
    where: ({ subject, data }) => subject === id && data.change === 'deactivated',
  });
  expect(event.data).toMatchObject({ active: false, version: 2 });
});

test('a role less ends the sessions, a role more and a new name do not', async () => {
  const id = await auth.addUser('changing@example.org', ['analyst']);
  const { body } = await begin('changing@example.org');
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['analyst', 'viewer'], displayName: 'Other' } });
  const { body: renewed } = await auth.call(Refresh, { body: { refreshToken: body.refreshToken }, token: null });
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['viewer'] } });
  expect(await canRefresh(renewed.refreshToken)).toBe(false);
});

test('a password that its owner is changing is not put back by an administrator who changes something else', async () => {
  const id = await auth.addUser('racing@example.org', ['viewer']);
  const db = createDbCluster({
    primaryUrl: auth.env['DATABASE_URL'] ?? '',
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('auth', 'test'),
    onError: () => undefined,
  });
  onTestFinished(() => db.close());
  const renaming = await db.tx(async (tx) => {
    await tx.query(sql`update auth.users set password_hash = 'its own', version = version + 1 where id = ${id}`);
    const answer = auth.call(UpdateUser, { params: { id }, body: { displayName: 'Renamed' } });
    await waitFor(async () => {
      const rows = await db.write.query(
        sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'update auth.users%'`,
      );
      return rows.length > 0;
    });
    return { answer };
  });
  expect((await renaming.answer).body).toMatchObject({ displayName: 'Renamed', version: 3 });
  const rows = await auth.query('select password_hash from auth.users where id = $1', [id]);
  expect(rows).toEqual([{ password_hash: 'its own' }]);
});

test('a new password ends the sessions and is the only one that fits', async () => {
  const id = await auth.addUser('forgot@example.org', ['viewer']);
  const { body } = await begin('forgot@example.org');
  await auth.call(UpdateUser, { params: { id }, body: { password: 'a brand new password' } });
  expect(await canRefresh(body.refreshToken)).toBe(false);
  expect((await begin('forgot@example.org')).status).toBe(401);
  expect((await begin('forgot@example.org', 'a brand new password')).status).toBe(200);
});

test('the last administrator stays one, even when two are demoted at once', async () => {
  const two = await startTestAuth();
  onTestFinished(() => two.close());
  const [admin] = (await two.call(ListUsers)).body.items;
  const demote = (id: string) => two.call(UpdateUser, { params: { id }, body: { roles: ['viewer'] } });
  const alone = await demote(admin?.id ?? '');
  expect([alone.status, alone.problem?.code]).toEqual([409, 'auth.last_admin']);
  const second = await two.addUser('second@example.org', ['admin']);
  const answers = await Promise.all([demote(admin?.id ?? ''), demote(second)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
});

test('passwords that find the queue full are refused with a hint to come back', async () => {
  const small = await startTestAuth({
    env: { AUTH_HASH_CONCURRENCY: '1', AUTH_HASH_QUEUE: '0', AUTH_ARGON2_MEMORY_KIB: '32768' },
  });
  onTestFinished(() => small.close());
  const id = await small.addUser('one@example.org', []);
  const names = ['x', 'y', 'z'];
  const created = await Promise.all(
    names.map((name) => small.call(CreateUser, { body: newUser(`${name}@example.org`) })),
  );
  expect(created.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 503, 503]);
  const body = { password: adminPassword };
  const changed = await Promise.all(names.map(() => small.call(UpdateUser, { params: { id }, body })));
  expect(changed.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 503, 503]);
});

test.each([
  ['qwertyuiop12', 'is a row of keys, a sequence or a repetition'],
  ['ann@example.org', 'is little more than the name or the address of its owner'],
])('the password %s is refused, and why is told', async (password, message) => {
  const { status, problem } = await auth.call(CreateUser, { body: { ...newUser('ann@example.org'), password } });
  expect([status, problem?.code]).toEqual([422, 'auth.password_refused']);
  expect(problem?.errors).toEqual([{ path: 'body.password', message }]);
  const id = await auth.addUser(`${crypto.randomUUID()}@example.org`, []);
  const changed = await auth.call(UpdateUser, { params: { id }, body: { password: 'aaaaaaaaaaaaa' } });
  expect([changed.status, changed.problem?.code]).toEqual([422, 'auth.password_refused']);
});

test('a password on the list of breached ones is refused', async () => {
  const directory = await makeTemporaryDirectory('breached');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const file = join(directory.path, 'list');
  await writeFile(file, 'correct horse battery staple\n');
  const strict = await startTestAuth({ env: { AUTH_BREACHED_PASSWORDS_FILE: file } });
  onTestFinished(() => strict.close());
  const { status, problem } = await strict.call(CreateUser, { body: newUser('ann@example.org') });
  expect([status, problem?.errors?.[0]?.message]).toEqual([
    422,
    'is on a list of passwords that were stolen elsewhere',
  ]);
});

test('a role that is none is refused by its place in the list', async () => {
  const body = { ...newUser('roles@example.org'), roles: ['viewer', 'owner'] };
  const created = await auth.call(CreateUser, { body });
  expect([created.status, created.problem?.errors?.[0]?.path]).toEqual([400, 'body.roles.1']);
  const id = await auth.addUser('no-such-role@example.org', []);
  const changed = await auth.call(UpdateUser, { params: { id }, body: { roles: ['owner'] } });
  expect([changed.status, changed.problem?.errors?.[0]?.path]).toEqual([400, 'body.roles.0']);
});
