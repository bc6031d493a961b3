import { permissionsOfRole } from '@soc/contracts';
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
