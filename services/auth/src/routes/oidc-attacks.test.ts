import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ExchangeOidcCode, FinishOidcLogin } from '@soc/contracts/auth/oidc';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OidcScene, slug, startOidcScene } from '../oidc/oidc-login.fixture.ts';
import { clientSecret } from '../oidc/openid-provider.fixture.ts';

let scene: OidcScene;
let providerId: string;
let nowMs = Date.now();
beforeAll(async () => {
  scene = await startOidcScene(() => new Date(nowMs));
  const provisioning = { provisioning: 'create', emailDomains: ['example.org'] };
  providerId = await scene.configure(provisioning);
  await scene.configure({ slug: 'other', ...provisioning });
  scene.provider.person = { sub: 'ann', claims: { email: 'ann@example.org', email_verified: true } };
});
afterAll(() => scene.close());
beforeEach(() => {
  nowMs = Date.now();
});
afterEach(() => {
  scene.provider.tamper = undefined;
});

/** A login up to the provider's answer, which the browser has not brought yet. */
const answered = async (at = slug) => {
  const begun = await scene.begin({}, at);
  return { ...begun, answer: await scene.provider.browse(begun.authorizationUrl.href) };
};
const callBack = (query: Record<string, string>, at = slug) =>
  scene.auth.call(FinishOidcLogin, { params: { provider: at }, query, token: null });
const queryOf = ({ searchParams }: URL): Record<string, string> => Object.fromEntries(searchParams);

const expectUnknownState = ({ status, problem, headers }: Awaited<ReturnType<typeof callBack>>): void => {
  expect([status, problem?.code, headers['location']]).toEqual([401, 'auth.oidc_state_unknown', undefined]);
};

test('the answer of a provider is taken once: a replayed state is refused', async () => {
  const { answer } = await answered();
  expect((await scene.callBack(answer)).get('code')).not.toBeNull();
  expectUnknownState(await callBack(queryOf(answer)));
});

test('a state that was made up, or has expired, is refused before the provider is asked', async () => {
  const { answer } = await answered();
  const before = scene.provider.tokenRequests.length;
  expectUnknownState(await callBack({ ...queryOf(answer), state: randomBytes(32).toString('base64url') }));
  nowMs += 10 * 60_000;
  expectUnknownState(await callBack(queryOf(answer)));
  expect(scene.provider.tokenRequests).toHaveLength(before);
});

test("an answer brought to another provider's callback is refused: providers cannot be mixed up", async () => {
  const { answer } = await answered();
  expectUnknownState(await callBack(queryOf(answer), 'other'));
});

test('an answer that names another issuer is refused, and its code is not sent anywhere', async () => {
  const { answer } = await answered();
  const before = scene.provider.tokenRequests.length;
  answer.searchParams.set('iss', 'https://evil.example');
  expect((await scene.callBack(answer)).get('error')).toBe('auth.oidc_invalid');
  const { answer: silent } = await answered();
  silent.searchParams.delete('iss');
  expect((await scene.callBack(silent)).get('error')).toBe('auth.oidc_invalid');
  expect(scene.provider.tokenRequests).toHaveLength(before);
});

test("a code of somebody else's login does not fit: PKCE binds it to the one that asked for it", async () => {
  const [victim, attacker] = [await answered(), await answered()];
  attacker.answer.searchParams.set('code', victim.answer.searchParams.get('code') ?? '');
  expect((await scene.callBack(attacker.answer)).get('error')).toBe('auth.oidc_refused');
});

test('whoever is made to follow the login of another cannot trade its code, and it is traded once', async () => {
  const attacker = await answered();
  const told = await scene.callBack(attacker.answer);
  const code = told.get('code') ?? '';
  const victim = await scene.begin();
  const stolen = await scene.exchange(code, victim.verifier);
  expect([stolen.status, stolen.problem?.code]).toEqual([401, 'auth.bad_oidc_code']);
  expect((await scene.exchange(code, attacker.verifier)).status).toBe(200);
  expect((await scene.exchange(code, attacker.verifier)).status).toBe(401);
});

test('a code is worth nothing once its provider is disabled', async () => {
  const { answer, verifier } = await answered();
  const code = (await scene.callBack(answer)).get('code') ?? '';
  const enable = (isEnabled: boolean) =>
    scene.auth.query('update auth.identity_providers set enabled = $1 where id = $2', [isEnabled, providerId]);
  await enable(false);
  const refused = await scene.exchange(code, verifier);
  await enable(true);
  expect([refused.status, refused.problem?.code]).toEqual([401, 'auth.bad_oidc_code']);
});

test('logins that were begun and are over go when others begin', async () => {
  await scene.begin();
  nowMs += 10 * 60_000;
  await scene.begin();
  const rows = await scene.auth.query('select from auth.oidc_logins where expires_at <= $1', [new Date(nowMs)]);
  expect(rows).toEqual([]);
});

test('a code is good for a minute', async () => {
  const { answer, verifier } = await answered();
  const code = (await scene.callBack(answer)).get('code') ?? '';
  nowMs += 60_000;
  expect((await scene.exchange(code, verifier)).problem?.code).toBe('auth.bad_oidc_code');
});

test('of two who trade a code at once, one gets a session', async () => {
  const { answer, verifier } = await answered();
  const code = (await scene.callBack(answer)).get('code') ?? '';
  const answers = await Promise.all(Array.from({ length: 4 }, () => scene.exchange(code, verifier)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
});

test('a crowd that trades one code at once, with a second factor, does not keep the database from everybody', async () => {
  const { answer, verifier } = await answered();
  const code = (await scene.callBack(answer)).get('code') ?? '';
  // More than there are connections.
  const crowd = Array.from({ length: 12 }, () => scene.exchange(code, verifier, '000000'));
  const statuses = (await Promise.all(crowd)).map(({ status }) => status);
  // Whoever waits for a connection in vain is answered 503.
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array.from({ length: 11 }, () => 401)]);
});

test('who refuses at the provider comes back to the console with that, and without a code', async () => {
  const { authorizationUrl } = await scene.begin();
  const answer = new URL(authorizationUrl.searchParams.get('redirect_uri') ?? '');
  const state = authorizationUrl.searchParams.get('state') ?? '';
  answer.search = new URLSearchParams({ state, error: 'access_denied', iss: scene.provider.issuer }).toString();
  const told = await scene.callBack(answer);
  expect([told.get('error'), told.get('code')]).toEqual(['auth.oidc_refused', null]);
});

const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** An ID token again, with other claims, signed with a key that is not the provider's unless it is given. */
const resigned = async (
  idToken: string,
  claims: Record<string, unknown>,
  header = {},
  signingKey = foreignKey,
): Promise<string> => {
  const { alg = 'RS256', ...rest } = { ...decodeProtectedHeader(idToken), ...header };
  const payload = { ...decodeJwt(idToken), ...claims };
  const key = alg === 'HS256' ? new TextEncoder().encode(clientSecret) : signingKey;
  return new SignJWT(payload).setProtectedHeader({ ...rest, alg }).sign(key);
};

test('an ID token that was changed, unsigned or signed by another key or with the secret is refused', async () => {
  const tokens: ((idToken: string) => string | Promise<string>)[] = [
    (idToken) => resigned(idToken, {}),
    (idToken) => resigned(idToken, {}, { alg: 'HS256' }),
    (idToken) => resigned(idToken, { sub: 'admin' }, { kid: 'unknown' }),
    (idToken) => {
      const [header = '', , signature = ''] = idToken.split('.');
      const payload = Buffer.from(JSON.stringify({ ...decodeJwt(idToken), sub: 'admin' })).toString('base64url');
      return [header, payload, signature].join('.');
    },
    (idToken) => {
      const [, payload = ''] = idToken.split('.');
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    },
    () => 'no token',
  ];
  for (const make of tokens) {
    const { answer } = await answered();
    // Made before the answer is changed, which cannot wait.
    const genuine = await idTokenOf(await answered());
    const forged = await make(genuine.idToken);
    scene.provider.tamper = (body) => ({ ...body, id_token: forged });
    expect((await scene.callBack(answer)).get('error')).toBe('auth.oidc_invalid');
    scene.provider.tamper = undefined;
  }
});

/** Lets a login go through, and gives the ID token that the provider answered. */
const idTokenOf = async ({ answer }: Awaited<ReturnType<typeof answered>>) => {
  let seen: Record<string, unknown> = {};
  scene.provider.tamper = (body) => (seen = body);
  await scene.callBack(answer);
  scene.provider.tamper = undefined;
  return { idToken: String(seen['id_token']), accessToken: String(seen['access_token']) };
};

const aDay = 86_400;
const nowS = (): number => Math.floor(Date.now() / 1000);
test.each<[string, () => Record<string, unknown>]>([
  ['for another audience', () => ({ aud: 'another client' })],
  ['for several audiences, and issued to another', () => ({ aud: ['soc-agent', 'another'], azp: 'another' })],
  ['for several audiences, and issued to nobody', () => ({ aud: ['soc-agent', 'another'], azp: undefined })],
  ['of another issuer', () => ({ iss: 'https://evil.example' })],
  ['that has expired', () => ({ iat: nowS() - aDay - 60, exp: nowS() - aDay })],
  ['without an expiry', () => ({ exp: undefined })],
  ['without a nonce', () => ({ nonce: undefined })],
  ['with another nonce', () => ({ nonce: 'another' })],
  ['without a subject', () => ({ sub: undefined })],
  ['issued with another access token', () => ({ at_hash: '77QmUPtjPfzWtF2AnpK9RQ' })],
  ['that is not valid yet', () => ({ nbf: nowS() + 3_600 })],
])('an ID token %s is refused, although the provider has signed it', async (_, change) => {
  const { authorizationUrl, answer } = await answered();
  const { idToken } = await idTokenOf(await answered());
  const nonce = authorizationUrl.searchParams.get('nonce') ?? '';
  const sign = (claims: Record<string, unknown>) =>
    resigned(idToken, { nonce, at_hash: undefined, ...claims }, {}, scene.provider.signingKey);
  const bad = await sign(change());
  scene.provider.tamper = (body) => ({ ...body, id_token: bad });
  expect((await scene.callBack(answer)).get('error')).toBe('auth.oidc_invalid');
  // Without the change it is good: it was the change that was refused.
  const second = await answered();
  const good = await sign({ nonce: second.authorizationUrl.searchParams.get('nonce') });
  scene.provider.tamper = (body) => ({ ...body, id_token: good });
  expect((await scene.callBack(second.answer)).get('error')).toBeNull();
});

test('a genuine ID token of another login is refused for its nonce', async () => {
  const { idToken } = await idTokenOf(await answered());
  const { answer } = await answered();
  scene.provider.tamper = (body) => ({ ...body, id_token: idToken });
  expect((await scene.callBack(answer)).get('error')).toBe('auth.oidc_invalid');
});

test('an answer without an ID token, or one that is no answer, is refused', async () => {
  for (const tamper of [
    ({ id_token: _gone, ...rest }: Record<string, unknown>) => rest,
    () => ({ surprise: true }),
    () => ({ access_token: 'a', token_type: 'mac', id_token: 'x' }),
  ]) {
    const { answer } = await answered();
    scene.provider.tamper = tamper;
    expect((await scene.callBack(answer)).get('error')).toBe('auth.oidc_invalid');
    scene.provider.tamper = undefined;
  }
});

test.each<[string, object, string]>([
  ['a code that is none', { code: 'x', verifier: 'short' }, 'body.verifier'],
  ['an unknown field', { code: 'x', verifier: 'a'.repeat(43), token: 'y' }, 'body.token'],
])('an exchange with %s is a bad request', async (_, body, path) => {
  const { status, problem } = await scene.auth.call(ExchangeOidcCode, { body, token: null });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, path]);
});

test('a callback without a state, or with two, is a bad request', async () => {
  expect((await callBack({ code: 'x' })).problem?.errors?.[0]?.path).toBe('query.state');
  const twice = await scene.auth.call(FinishOidcLogin, {
    params: { provider: slug },
    query: { state: ['a', 'b'] },
    token: null,
  });
  expect([twice.status, twice.problem?.errors?.[0]?.path]).toEqual([400, 'query.state']);
});
