import { CreateApiKey, ExchangeApiKey, RevokeApiKey } from '@soc/contracts/auth/api-keys';
import { ListRevocations, type Revocation } from '@soc/contracts/auth/revocations';
import { ListSessions, Login, Logout, Refresh, RevokeSession } from '@soc/contracts/auth/sessions';
import { CreateServiceToken } from '@soc/contracts/auth/tokens';
import { UpdateUser } from '@soc/contracts/auth/users';
import { createDbCluster, type DbCluster, sql } from '@soc/db-cluster';
import { waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  adminEmail,
  adminPassword,
  gatewaySecret,
  startTestAuth,
  type TestAuth,
  userPassword,
} from '../auth-service.fixture.ts';

let auth: TestAuth;
let gateway: string;
let cursor: string;
beforeAll(async () => {
  auth = await startTestAuth();
  const body = { serviceName: 'gateway', secret: gatewaySecret };
  gateway = (await auth.call(CreateServiceToken, { body, token: null })).body.accessToken;
  cursor = (await feed()).nextCursor;
});
afterAll(() => auth.close());

const feed = async (after?: string, limit?: number) => {
  const query = { ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) };
  const { status, body } = await auth.call(ListRevocations, { query, token: gateway });
  expect(status).toBe(200);
  return body;
};
/** What came since the last look. The feed may repeat itself while anything is being written, in other databases too. */
const news = async (): Promise<readonly Revocation[]> => {
  const { items, nextCursor } = await feed(cursor);
  cursor = nextCursor;
  const fresh = items.filter((item) => !told.has(JSON.stringify(item)));
  for (const item of items) told.add(JSON.stringify(item));
  return fresh;
};
const told = new Set<string>();

interface Claims {
  readonly iat: number;
  readonly sid: string;
  readonly sub: string;
  readonly by?: string;
}
const claimsOf = (token: string): Claims =>
  // Tokens of the service under test, whose claims the tests know.
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;

/** As the gateway judges. */
const isRefusedBy = ({ kind, subject, before }: Revocation, token: string): boolean => {
  const { sub, sid, by, iat } = claimsOf(token);
  const concerns = kind === 'session' ? [sid] : kind === 'user' ? [sub, by] : [sub];
  return concerns.includes(subject) && iat < Date.parse(before) / 1000;
};
const isRefused = (revocations: readonly Revocation[], token: string): boolean =>
  revocations.some((revocation) => isRefusedBy(revocation, token));

const begin = async (email: string) =>
  (await auth.call(Login, { body: { email, password: userPassword }, token: null })).body;

test.each([
  ['is deactivated', { active: false }],
  ['loses a role', { roles: ['viewer'] }],
  ['is given a password', { password: 'another password for this one' }],
])('who %s has no token left, of whatever session or key', async (what, change) => {
  const email = `${what.replaceAll(' ', '-')}@example.org`;
  const id = await auth.addUser(email, ['admin', 'viewer']);
  const [one, two] = [await begin(email), await begin(email)];
  const key = await auth.call(CreateApiKey, {
    body: { name: 'k', permissions: ['alerts:read'] },
    token: one.accessToken,
  });
  const exchanged = await auth.call(ExchangeApiKey, { body: { key: key.body.key }, token: gateway });
  expect(claimsOf(exchanged.body.accessToken)).toMatchObject({ sub: key.body.id, by: id });
  await news();
  expect((await auth.call(UpdateUser, { params: { id }, body: change })).status).toBe(200);
  const revocations = await news();
  expect(revocations).toMatchObject([{ kind: 'user', subject: id }]);
  const tokens = [one.accessToken, two.accessToken, exchanged.body.accessToken];
  expect(tokens.map((token) => isRefused(revocations, token))).toEqual([true, true, true]);
});

test('a change that takes nothing away revokes nothing', async () => {
  const id = await auth.addUser('growing@example.org', ['viewer']);
  await news();
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['viewer', 'analyst'], displayName: 'Grown' } });
  expect(await news()).toEqual([]);
});

test('who logs in right after the revocation, or has a key exchanged, is let in', async () => {
  const email = 'again@example.org';
  const id = await auth.addUser(email, ['admin', 'viewer']);
  const { accessToken } = await begin(email);
  const body = { name: 'k', permissions: ['alerts:read'] };
  const { key } = (await auth.call(CreateApiKey, { body, token: accessToken })).body;
  await news();
  await auth.call(UpdateUser, { params: { id }, body: { roles: ['viewer'] } });
  const opened = await begin(email);
  const exchanged = (await auth.call(ExchangeApiKey, { body: { key }, token: gateway })).body.accessToken;
  const refreshed = (await auth.call(Refresh, { body: { refreshToken: opened.refreshToken }, token: null })).body;
  const revocations = await news();
  expect(isRefused(revocations, accessToken)).toBe(true);
  for (const token of [opened.accessToken, exchanged, refreshed.accessToken]) {
    expect(isRefused(revocations, token)).toBe(false);
  }
});

test('a logout, a session ended from elsewhere and a refresh token used twice take the tokens of that session', async () => {
  await auth.addUser('three@example.org', ['viewer']);
  const [left, ended, stolen, other] = [
    await begin('three@example.org'),
    await begin('three@example.org'),
    await begin('three@example.org'),
    await begin('three@example.org'),
  ];
  await news();
  await auth.call(Logout, { token: left.accessToken });
  await auth.call(RevokeSession, { params: { id: claimsOf(ended.accessToken).sid }, token: other.accessToken });
  for (const expected of [200, 401]) {
    const { refreshToken } = stolen;
    expect((await auth.call(Refresh, { body: { refreshToken }, token: null })).status).toBe(expected);
  }
  const revocations = await news();
  expect(revocations.map(({ kind }) => kind)).toEqual(['session', 'session', 'session']);
  const refused = [left, ended, stolen, other].map(({ accessToken }) => isRefused(revocations, accessToken));
  expect(refused).toEqual([true, true, true, false]);
  expect((await auth.call(ListSessions, { token: other.accessToken })).body.items).toHaveLength(1);
});

test('a revoked key takes its tokens along', async () => {
  const admin = await auth.logIn(adminEmail, adminPassword);
  const make = async () => {
    const made = await auth.call(CreateApiKey, { body: { name: 'k', permissions: ['alerts:read'] }, token: admin });
    return made.body;
  };
  const [revoked, kept] = [await make(), await make()];
  const tokenOf = async ({ key }: { key: string }) =>
    (await auth.call(ExchangeApiKey, { body: { key }, token: gateway })).body.accessToken;
  const [one, other] = [await tokenOf(revoked), await tokenOf(kept)];
  await news();
  await auth.call(RevokeApiKey, { params: { id: revoked.id }, token: admin });
  const revocations = await news();
  expect([isRefused(revocations, one), isRefused(revocations, other), isRefused(revocations, admin)]).toEqual([
    true,
    false,
    false,
  ]);
});

const revoke = (db: Pick<DbCluster['write'], 'query'>, subject: string) =>
  db.query(sql`insert into auth.revocations (kind, subject, tenant_id, before, at)
    values ('session', ${subject}, 'default', now(), now())`);

/** A cluster of the test's own, to hold a transaction open with. */
const connect = (): DbCluster => {
  const db = createDbCluster({
    primaryUrl: auth.env['DATABASE_URL'] ?? '',
    replicaUrls: [],
    applicationName: 'test',
    registry: createRegistry('auth', 'test'),
    onError: () => undefined,
  });
  onTestFinished(() => db.close());
  return db;
};

test('a revocation that is committed after later ones were read is not skipped, and does not hold them up', async () => {
  const db = connect();
  await news();
  await db.tx(async (slow) => {
    await revoke(slow, 'slow');
    await revoke(db.write, 'quick');
    expect((await news()).map(({ subject }) => subject)).toEqual(['quick']);
  });
  expect((await news()).map(({ subject }) => subject)).toEqual(['slow']);
});

test('one that is committed while a round is read page by page comes with the next round', async () => {
  const db = connect();
  await news();
  const seen = new Set<string>();
  const readPage = async () => {
    const { items, nextCursor } = await feed(cursor, 1);
    expect(items.length).toBeLessThanOrEqual(1);
    for (const { subject } of items) seen.add(subject);
    cursor = nextCursor;
  };
  await db.tx(async (slow) => {
    await revoke(slow, 'behind');
    for (const subject of ['page 1', 'page 2', 'page 3']) await revoke(db.write, subject);
    while (!seen.has('page 2')) await readPage();
    expect(seen.has('behind')).toBe(false);
  });
  await waitFor(async () => {
    await readPage();
    return seen.has('behind') && seen.has('page 3');
  });
});

test('without a cursor all is told; a cursor of another server begins anew, and what is none is refused', async () => {
  const all = (await feed()).items.length;
  expect(all).toBeGreaterThan(5);
  const foreign = Buffer.from(JSON.stringify(['4611686018427387904'])).toString('base64url');
  const anew = await feed(foreign);
  expect(anew.items).toHaveLength(all);
  let page = anew;
  await waitFor(async () => {
    page = await feed(page.nextCursor);
    return page.items.length === 0;
  });
  const tooLarge = Buffer.from(JSON.stringify(['9999999999999999999'])).toString('base64url');
  for (const after of ['x', tooLarge]) {
    const { status, problem } = await auth.call(ListRevocations, { query: { after }, token: gateway });
    expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'query.after']);
  }
});

test('nobody but the gateway reads what was revoked', async () => {
  expect((await auth.call(ListRevocations, { token: null })).status).toBe(401);
  for (const token of [auth.tokens.admin, auth.tokens.service]) {
    expect((await auth.call(ListRevocations, { token })).status).toBe(403);
  }
});

test('a revocation is forgotten when no token it concerns can still be valid', async () => {
  const restartAt = async (ms: number): Promise<number> => {
    const later = await startTestAuth({ env: auth.env, now: () => new Date(ms) });
    await later.close({ keepData: true });
    return (await feed()).items.length;
  };
  expect(await restartAt(Date.now() + 1_800_000)).toBeGreaterThan(0);
  expect(await restartAt(Date.now() + 6_000_000)).toBe(0);
});
