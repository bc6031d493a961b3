import { permissionsOfRole, ServiceName } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { type Attacker, createAttacker, forEachOf } from './attacker.ts';
import {
  assemble,
  authKey,
  type Claims,
  claimsOf,
  gatewayKey,
  headerOf,
  honestToken,
  internalToken,
  signedBy,
  tokenOfRole,
} from './principals.ts';
import { type ForgedToken, forgedTokens, type Genuine } from './token-tricks.ts';
import './provided.ts';

let evil: Receiver;

beforeAll(async () => {
  evil = await startReceiver();
});
afterAll(() => evil.close());

/** Something of a service that only who is known may read. */
function protectedPath(service: ServiceName): string {
  const spec = endpoints.find(
    (each) =>
      each.service === service &&
      each.method === 'GET' &&
      !['public', 'authenticated'].includes(each.permission) &&
      !each.url.includes(':'),
  );
  return spec?.url ?? '/api/v1/alerts';
}

const through = async (url: string, act: (attacker: Attacker) => Promise<void>): Promise<void> => {
  const attacker = createAttacker(url);
  try {
    await act(attacker);
  } finally {
    await attacker.close();
  }
};

const admin = () => claimsOf({ permissions: permissionsOfRole.admin, roles: ['admin'] });

/** What the gateway takes from people, and every service from the gateway. */
const genuineAt = (service: ServiceName): Genuine =>
  service === 'gateway'
    ? { key: authKey(), claims: admin() }
    : { key: gatewayKey(), claims: { ...admin(), iss: 'gateway', aud: service } };

/** Honest tokens in the wrong place, and the keys of one signer under the name of the other. */
function misplacedAt(service: ServiceName): readonly ForgedToken[] {
  const others = ServiceName.options.filter((name) => name !== service);
  const byGateway = (claims: Claims) => assemble(headerOf(gatewayKey()), claims, signedBy(gatewayKey()));
  return [
    ...others.map((name) => ({ name: `an internal token for ${name}`, token: internalToken(admin(), name) })),
    { name: 'an internal token for whom people’s are', token: internalToken(admin(), 'soc-fleet') },
    { name: 'the gateway’s key under the name of auth', token: byGateway({ ...admin(), aud: service }) },
    { name: 'the gateway’s key for people', token: byGateway(admin()) },
    {
      name: 'auth’s key under the name of the gateway',
      token: honestToken({ ...admin(), iss: 'gateway', aud: service }),
    },
    ...(service === 'gateway'
      ? [{ name: 'a service’s own token', token: honestToken({ ...admin(), kind: 'service', aud: 'alert' }) }]
      : [{ name: 'a person’s own token', token: honestToken(admin()) }]),
  ];
}

test.each(ServiceName.options)(
  '%s takes a genuine token, and none that was forged or was meant for others',
  async (service) => {
    const path = protectedPath(service);
    const genuine = genuineAt(service);
    const forged = [...forgedTokens(genuine, `${evil.url}/jwks.json`), ...misplacedAt(service)];
    await through(inject('attackedFleet').urlOf[service], async ({ send }) => {
      const honest = await send({
        path,
        token: assemble(headerOf(genuine.key), genuine.claims, signedBy(genuine.key)),
      });
      expect(honest.status).toBe(200);
      const found = await forEachOf(forged, async ({ name, token }) => {
        const { status, code } = await send({ path, token });
        return { name, status, code };
      });
      expect(found).toEqual(forged.map(({ name }) => ({ name, status: 401, code: 'auth.unauthenticated' })));
    });
  },
);

test('nobody was asked for a key by the word of a token', () => {
  expect(evil.requests).toEqual([]);
});

test('a token counts in the Authorization field alone, and only one', async () => {
  const token = tokenOfRole('admin');
  const attempts: readonly Readonly<Record<string, string>>[] = [
    { authorization: token },
    { authorization: `Basic ${token}` },
    { authorization: `Token ${token}` },
    { authorization: `Bearer  ${token}` },
    { authorization: `Bearer ${token} x` },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { authorization: `Bearer "${token}"` },
    { authorization: `Bearer=${token}` },
    { 'proxy-authorization': `Bearer ${token}` },
    { 'x-access-token': token },
    { 'x-auth-token': token },
    { 'x-forwarded-access-token': token },
    { 'x-authorization': `Bearer ${token}` },
    { cookie: `token=${token}; access_token=${token}` },
    { 'x-api-key': token },
    { 'x-user': 'admin', 'x-roles': 'admin', 'x-principal': 'admin', 'x-tenant-id': 'default' },
    { 'x-soc-principal': '{"permissions":["users:read"]}', 'x-authenticated-user': 'admin', 'remote-user': 'admin' },
  ];
  await through(inject('attackedFleet').gatewayUrl, async ({ send }) => {
    const found = await forEachOf(attempts, (headers) => send({ path: '/api/v1/auth/users', headers }));
    expect(found.map(({ status }) => status)).toEqual(attempts.map(() => 401));
    for (const name of ['access_token', 'token', 'jwt', 'authorization', 'api_key', 'x-api-key']) {
      const answer = await send({ path: `/api/v1/auth/users?${name}=${token}` });
      expect([name, answer.status]).toEqual([name, 401]);
    }
  });
});
