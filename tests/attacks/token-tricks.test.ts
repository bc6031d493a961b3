import { ServiceName } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { type Attacker, createAttacker, forEachOf } from './attacker.ts';
import { tokenOfRole } from './principals.ts';
import { type ForgedToken, forgedTokens } from './token-tricks.ts';
import './provided.ts';

let evil: Receiver;
let forged: readonly ForgedToken[];

beforeAll(async () => {
  evil = await startReceiver();
  forged = forgedTokens(`${evil.url}/jwks.json`);
});
afterAll(() => evil.close());

/** Something of a service that only who is known may read. */
function protectedPath(service: ServiceName): string {
  const spec = endpoints.find(
    (each) =>
      each.service === service && each.method === 'GET' && each.permission !== 'public' && !each.url.includes(':'),
  );
  return spec?.url ?? '/api/v1/auth/me';
}

const through = async (url: string, act: (attacker: Attacker) => Promise<void>): Promise<void> => {
  const attacker = createAttacker(url);
  try {
    await act(attacker);
  } finally {
    await attacker.close();
  }
};

test('an honest token is let in, so that the refusals below mean something', async () => {
  await through(inject('attackedFleet').gatewayUrl, async ({ send }) => {
    expect((await send({ path: '/api/v1/alerts', token: tokenOfRole('viewer') })).status).toBe(200);
  });
});

test.each(ServiceName.options)('no forged token is worth anything at %s, asked directly', async (service) => {
  const path = protectedPath(service);
  await through(inject('attackedFleet').urlOf[service], async ({ send }) => {
    const found = await forEachOf(forged, async ({ name, token }) => {
      const { status, code } = await send({ path, token });
      return { name, status, code };
    });
    expect(found).toEqual(forged.map(({ name }) => ({ name, status: 401, code: 'auth.unauthenticated' })));
  });
});

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
