import { auditEvents, permissionsOfRole } from '@soc/contracts';
import { GetMe } from '@soc/contracts/auth/sessions';
import { CreateServiceToken, GetJwks } from '@soc/contracts/auth/tokens';
import { createTokenVerifier, fixedKeySource } from '@soc/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewaySecret, startTestAuth, type TestAuth } from '../auth-service.fixture.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.close());

const serviceToken = (serviceName: string, secret: string) =>
  auth.call(CreateServiceToken, { body: { serviceName, secret }, token: null });

test('what a service is given is verified by anyone with the published keys, and only the gateway may exchange keys', async () => {
  const { status, body: jwks, headers } = await auth.call(GetJwks, { token: null });
  expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=30']);
  expect(Object.keys(jwks.keys[0] ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  const verifier = createTokenVerifier({
    trusted: [{ issuer: 'soc-agent', audience: 'auth', keys: fixedKeySource(jwks) }],
    nowMs: () => Date.now(),
  });
  const [gateway, alert] = await Promise.all(
    [serviceToken('gateway', gatewaySecret), serviceToken('alert', 'secret of the alerts in tests')].map(
      async (answer) => verifier.verify((await answer).body.accessToken),
    ),
  );
  expect(gateway).toMatchObject({ kind: 'service', subject: 'gateway', roles: ['service'] });
  expect(gateway?.permissions).toEqual(new Set([...permissionsOfRole.service, 'tokens:exchange']));
  expect(alert?.permissions).toEqual(new Set(permissionsOfRole.service));
});

test.each([
  ['gateway', 'not its secret'],
  ['alert', gatewaySecret],
  ['intel', gatewaySecret],
  ['nothing', gatewaySecret],
])('%s with the secret %j is refused', async (serviceName, secret) => {
  const { status, problem } = await serviceToken(serviceName, secret);
  expect([status, problem?.code]).toEqual([401, 'auth.bad_credentials']);
});

test('a refused service is in the audit trail once, by the name it gave and without its secret', async () => {
  const spec = auditEvents.get('auth');
  if (!spec) throw new Error('auth records nothing');
  await serviceToken('storage', 'first wrong secret');
  await serviceToken('response', 'last wrong secret');
  const named = (name: string) => ({ where: (event: unknown) => JSON.stringify(event).includes(`"${name}"`) });
  // Records keep their order: with the last of them the first are there.
  await auth.published(spec, named('response'));
  const [first, ...more] = await auth.published(spec, named('storage'));
  expect(first.data).toMatchObject({
    action: 'service_token.create',
    outcome: 'denied',
    reason: 'auth.bad_credentials',
    details: { serviceName: 'storage' },
  });
  expect(JSON.stringify(first)).not.toContain('wrong secret');
  expect(more).toEqual([]);
});

const alertSecret = 'secret of the alerts in tests';
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ask = (body: unknown, headers: Record<string, string> = {}) =>
  auth.call(CreateServiceToken, { body, headers, token: null });
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
const grant = { grant_type: 'client_credentials', client_id: 'alert', client_secret: alertSecret };

test('client credentials are taken as OAuth 2.0 has them: in a form, in JSON, by HTTP Basic', async () => {
  const answers = [
    await ask(new URLSearchParams({ ...grant, audience: 'intel' }).toString(), FORM),
    await ask({ ...grant, audience: 'intel' }),
    await ask('grant_type=client_credentials&audience=intel', {
      ...FORM,
      authorization: basic('alert', alertSecret),
    }),
    await ask({ serviceName: 'alert', secret: alertSecret, audience: 'intel' }),
  ];
  for (const { status, body, headers } of answers) {
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, expiresInS: 300 });
    expect(body.access_token).toBe(body.accessToken);
    const { sub, aud, iat, exp } = claimsOf(body.accessToken);
    expect([sub, aud, Number(exp) - Number(iat)]).toEqual(['alert', 'intel', 300]);
  }
});

test('a token is good at the service it was asked for, and at no other', async () => {
  const { body: elsewhere } = await ask({ ...grant, audience: 'intel' });
  const { body: here } = await ask(grant);
  expect((await auth.call(GetMe, { token: elsewhere.accessToken })).status).toBe(401);
  expect((await auth.call(GetMe, { token: here.accessToken })).status).toBe(200);
});

test('the gateway may exchange keys at auth only', async () => {
  const own = { ...grant, client_id: 'gateway', client_secret: gatewaySecret };
  const permissionsAt = async (audience: string) =>
    claimsOf((await ask({ ...own, audience })).body.accessToken)['permissions'];
  expect(await permissionsAt('auth')).toContain('tokens:exchange');
  expect(await permissionsAt('alert')).not.toContain('tokens:exchange');
});

test.each<[string, unknown, Record<string, string>]>([
  ['a wrong secret by Basic', { grant_type: 'client_credentials' }, { authorization: basic('alert', gatewaySecret) }],
  ['no secret', { grant_type: 'client_credentials', client_id: 'alert' }, {}],
  ['two ways at once', grant, { authorization: basic('alert', alertSecret) }],
  [
    'the secret of another than is named',
    { grant_type: 'client_credentials', client_id: 'gateway' },
    { authorization: basic('alert', alertSecret) },
  ],
  [
    'a Basic header that is none',
    { grant_type: 'client_credentials', client_id: 'alert' },
    { authorization: 'Basic JQ==' },
  ],
])('%s is refused', async (_, body, headers) => {
  const { status, problem } = await ask(body, headers);
  expect([status, problem?.code]).toEqual([401, 'auth.bad_credentials']);
});

test.each<[string, unknown, Record<string, string>, string]>([
  ['another grant', { ...grant, grant_type: 'password' }, {}, 'body.grant_type'],
  ['no grant', { client_id: 'alert', client_secret: alertSecret }, {}, 'body.grant_type'],
  ['half of our names', { serviceName: 'alert' }, {}, 'body.secret'],
  ['both kinds of names', { ...grant, serviceName: 'alert', secret: alertSecret }, {}, 'body.client_id'],
  ['an audience that is no service', { ...grant, audience: 'elsewhere' }, {}, 'body.audience'],
  ['a field twice', 'grant_type=client_credentials&audience=auth&audience=alert', FORM, 'body.audience'],
  ['an unknown field', 'grant_type=client_credentials&scope=all', FORM, 'body.scope'],
])('%s is a bad request that names the field', async (_, body, headers, path) => {
  const { status, problem } = await ask(body, headers);
  expect([status, problem?.errors?.map((error) => error.path)]).toEqual([400, expect.arrayContaining([path])]);
});
