import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AuditFact, auditEvents, UserChanged } from '@soc/contracts';
import { ListLoginProviders, StartOidcLogin } from '@soc/contracts/auth/oidc';
import { GetMe, Refresh } from '@soc/contracts/auth/sessions';
import { ListUsers, UpdateUser } from '@soc/contracts/auth/users';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type OidcScene, publicUrl, startOidcScene } from '../oidc/oidc-login.fixture.ts';
import { clientId } from '../oidc/openid-provider.fixture.ts';
import { codeAt, enrol } from '../totp.fixture.ts';

let scene: OidcScene;
let nowMs = Date.now();
beforeAll(async () => {
  scene = await startOidcScene(() => new Date(nowMs));
  await scene.configure({
    scopes: ['openid', 'email', 'profile', 'groups'],
    listed: true,
    provisioning: 'create',
    emailDomains: ['example.org'],
    roleClaim: 'groups',
    roleMapping: [
      { value: 'soc', roles: ['analyst'] },
      { value: 'soc-leads', roles: ['admin'] },
    ],
    defaultRoles: ['viewer'],
  });
});
afterAll(() => scene.close());
beforeEach(() => {
  nowMs = Date.now();
});

const person = (sub: string, groups: readonly string[] = [], more: object = {}) => {
  const email = `${sub}@example.org`;
  scene.provider.person = { sub, claims: { email, email_verified: true, name: `Name of ${sub}`, groups, ...more } };
};
const me = async (token: string) => (await scene.auth.call(GetMe, { token })).body;
const userOf = async (email: string) => {
  const { body } = await scene.auth.call(ListUsers, { query: { limit: 200 } });
  return body.items.find((user) => user.email === email);
};

test('the browser is sent to the provider with state, nonce and PKCE, and back to the one callback', async () => {
  const { authorizationUrl } = await scene.begin();
  expect(authorizationUrl.origin).toBe(scene.provider.issuer);
  const { state, nonce, code_challenge: challenge, ...rest } = Object.fromEntries(authorizationUrl.searchParams);
  expect(rest).toEqual({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: `${publicUrl}/api/v1/auth/oidc/corp/callback`,
    scope: 'openid email profile groups',
    code_challenge_method: 'S256',
  });
  for (const secret of [state, nonce, challenge]) expect(secret).toMatch(/^[\w-]{43}$/);
  const again = (await scene.begin()).authorizationUrl.searchParams;
  expect([again.get('state'), again.get('nonce')]).not.toContain(state);
});

test('a person whom the provider knows gets an account with the roles it says, and our own tokens', async () => {
  person('ann', ['soc', 'unrelated']);
  const token = await scene.logIn();
  expect(await me(token)).toMatchObject({ kind: 'user', email: 'ann@example.org', name: 'Name of ann' });
  expect((await me(token)).roles.toSorted()).toEqual(['analyst', 'viewer']);
  const [event] = await scene.auth.published(UserChanged, { where: ({ data }) => data.email === 'ann@example.org' });
  expect(event.data.change).toBe('created');
  const first = await me(token);
  expect((await me(await scene.logIn())).id).toBe(first.id);
});

test('a login at a provider is in the audit trail, with who it was', async () => {
  person('eve');
  const { id } = await me(await scene.logIn());
  const spec = auditEvents.get('auth');
  if (!spec) throw new Error('every service has one');
  const where = ({ data }: { readonly data: AuditFact }): boolean =>
    data.action === 'login.attempt' && data.target?.id === id;
  const [{ data }] = await scene.auth.published(spec, { where, deadlineMs: 20_000 });
  expect(data).toMatchObject({
    outcome: 'success',
    actor: { kind: 'user', id },
    details: { email: 'eve@example.org' },
  });
});

test('what the provider takes away is gone at the next login, with the sessions that had it', async () => {
  person('bob', ['soc']);
  const { verifier, authorizationUrl } = await scene.begin();
  const told = await scene.callBack(await scene.provider.browse(authorizationUrl.href));
  const { body: before } = await scene.exchange(told.get('code') ?? '', verifier);
  person('bob', []);
  expect((await me(await scene.logIn())).roles).toEqual(['viewer']);
  const { refreshToken } = before;
  expect((await scene.auth.call(Refresh, { body: { refreshToken }, token: null })).status).toBe(401);
});

test('what a provider does to accounts is recorded: made, tied, and given other roles', async () => {
  const spec = auditEvents.get('auth');
  if (!spec) throw new Error('auth has no type of event for its records');
  const tied = await scene.auth.addUser('ida@example.org', ['responder']);
  person('ida');
  await scene.logIn();
  person('ivo', ['soc']);
  const { id } = await me(await scene.logIn());
  person('ivo', []);
  await scene.logIn();
  for (const [action, userId, details] of [
    ['identity.link', tied, { subject: 'ida' }],
    ['user.create', id, { subject: 'ivo', roles: ['viewer', 'analyst'] }],
    ['user.update', id, { roles: { before: ['viewer', 'analyst'], after: ['viewer'] } }],
  ] as const) {
    const [{ data }] = await scene.auth.published(spec, {
      where: (event) => event.data.action === action && event.data.actor.id === userId,
    });
    expect(data).toMatchObject({ outcome: 'success', target: { type: 'user', id: userId }, details });
    expect(data.details).toMatchObject({ provider: 'corp' });
  }
});

test('an account that was there is tied to the person by the verified address, and keeps its roles', async () => {
  const id = await scene.auth.addUser('carl@example.org', ['responder']);
  person('carl', ['soc-leads']);
  const carl = await me(await scene.logIn());
  expect([carl.id, carl.roles]).toEqual([id, ['responder']]);
  person('carl', [], { email: 'elsewhere@example.org', email_verified: false });
  expect((await me(await scene.logIn())).id).toBe(id);
});

test('an address that the provider has not verified takes no account over and makes none', async () => {
  await scene.auth.addUser('dora@example.org', ['viewer']);
  for (const sub of ['dora', 'nobody-yet']) {
    person(sub, [], { email_verified: false });
    await expect(scene.logIn()).rejects.toThrow('auth.oidc_email_unverified');
  }
  expect(await userOf('nobody-yet@example.org')).toBeUndefined();
});

test('a deactivated account is not let in, though the provider knows the person', async () => {
  person('emil');
  const { id } = await me(await scene.logIn());
  await scene.auth.call(UpdateUser, { params: { id }, body: { active: false } });
  await expect(scene.logIn()).rejects.toThrow('auth.oidc_account_inactive');
});

test('no password fits an account that was made for somebody at a provider', async () => {
  person('fay');
  await scene.logIn();
  await expect(scene.auth.logIn('fay@example.org')).rejects.toThrow('answered 401');
});

test('where to return to is a path of the console, which it is told beside the code', async () => {
  person('gina');
  const { authorizationUrl } = await scene.begin({ returnTo: '/alerts?status=new' });
  const told = await scene.callBack(await scene.provider.browse(authorizationUrl.href));
  expect(told.get('returnTo')).toBe('/alerts?status=new');
});

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/a\\..\\b',
  'javascript:alert(1)',
  '/\t/evil.example',
  'evil',
])('a way back to %j is refused', async (returnTo) => {
  const query = { challenge: 'a'.repeat(43), returnTo };
  const { status, problem } = await scene.auth.call(StartOidcLogin, {
    params: { provider: 'corp' },
    query,
    token: null,
  });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'query.returnTo']);
});

test('a login page is told the listed providers by name, and nothing else of them', async () => {
  const { body } = await scene.auth.call(ListLoginProviders, { token: null });
  expect(body).toEqual({ items: [{ slug: 'corp', name: 'Corporate' }] });
});

test('a provider that there is not is not found; one that does not answer is unavailable', async () => {
  await scene.configure({ slug: 'away', issuer: 'http://127.0.0.1:9' });
  const query = { challenge: 'a'.repeat(43) };
  const start = (provider: string) => scene.auth.call(StartOidcLogin, { params: { provider }, query, token: null });
  const answers = [await start('nowhere'), await start('away')];
  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [404, 'auth.provider_not_found'],
    [503, 'auth.provider_unavailable'],
  ]);
});

test('a provider that is away is not asked for every login that anybody begins, and is soon asked again', async () => {
  let asked = 0;
  const away = createServer((_, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  away.listen(0, '127.0.0.1');
  await once(away, 'listening');
  onTestFinished(() => away.close().closeAllConnections());
  // A listening TCP server has an address with a port.
  const issuer = `http://127.0.0.1:${(away.address() as AddressInfo).port}`;
  await scene.configure({ slug: 'failing', issuer });
  const start = () => scene.begin({}, 'failing').catch((error: unknown) => String(error));
  expect(await Promise.all([start(), start(), start()])).toEqual(
    Array.from({ length: 3 }, () => 'Error: start answered 503'),
  );
  await start();
  expect(asked).toBe(1);
  nowMs += 10_000;
  await start();
  expect(asked).toBe(2);
});

test('an account with a second factor is asked for it, without using the code up, and guesses are delayed', async () => {
  person('hal');
  await scene.auth.addUser('hal@example.org', ['viewer']);
  const { secret } = await enrol(scene.auth, await scene.logIn(), nowMs);
  nowMs += 30_000;
  const begin = async () => {
    const { verifier, authorizationUrl } = await scene.begin();
    const told = await scene.callBack(await scene.provider.browse(authorizationUrl.href));
    return (otp?: string) => scene.exchange(told.get('code') ?? '', verifier, otp);
  };
  const outcome = ({ status, problem }: Awaited<ReturnType<OidcScene['exchange']>>) => [status, problem?.code];
  const trade = await begin();
  expect(outcome(await trade())).toEqual([401, 'auth.otp_required']);
  expect(outcome(await trade('wrong'))).toEqual([401, 'auth.otp_required']);
  expect((await trade(codeAt(secret, nowMs))).status).toBe(200);
  const guess = await begin();
  const outcomes: unknown[] = [];
  for (let i = 0; i < 6; i += 1) outcomes.push((await guess(`guess-${i}`)).status);
  expect(outcomes.slice(0, 4)).toEqual([401, 401, 401, 401]);
  expect(outcomes.at(-1)).toBe(429);
});
