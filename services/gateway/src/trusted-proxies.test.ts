import { parseConfig } from '@soc/service-kit';
import { waitFor } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { GatewayConfig } from './config.ts';
import { startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { json, startFakeService } from './upstream.fixture.ts';

const login = { method: 'POST', path: '/api/v1/auth/login', token: null } as const;
const logInFrom = (gateway: TestGateway, address: string) =>
  gateway.send({ ...login, headers: { 'x-forwarded-for': address, 'x-forwarded-proto': 'https' } });

test('behind a trusted proxy people have their own addresses and their own limits', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({
    UPSTREAM_AUTH: auth.url,
    TRUSTED_PROXIES: '192.0.2.0/24, 127.0.0.1',
    RATE_LIMIT_LOGIN_PER_MIN: '1',
    RATE_LIMIT_LOGIN_BURST: '1',
  });
  await waitFor(async () => (await gateway.send({ path: '/api/v1/auth/me' })).headers['ratelimit-limit'] !== undefined);
  // What the client claimed itself stands before what the proxies appended.
  const sent = ['203.0.113.1', '198.51.100.7, 203.0.113.1', '203.0.113.2, 192.0.2.9', '2001:db8::1'];
  const statuses = [];
  for (const address of sent) statuses.push((await logInFrom(gateway, address)).status);
  expect(statuses).toEqual([200, 429, 200, 200]);
  const logins = auth.seen.filter(({ url }) => url === login.path);
  expect(logins.map(({ headers }) => [headers['x-forwarded-for'], headers['x-forwarded-proto']])).toEqual([
    ['203.0.113.1', 'https'],
    ['203.0.113.2', 'https'],
    ['2001:db8::1', 'https'],
  ]);
});

test('a network of IPv6 is one client, whichever of its addresses a request comes from', async () => {
  const auth = await startFakeService((_, response) => json(response, 404, { code: 'auth.api_key_unknown' }));
  const gateway = await startTestGateway({
    UPSTREAM_AUTH: auth.url,
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMIT_LOGIN_PER_MIN: '1',
    RATE_LIMIT_LOGIN_BURST: '1',
    RATE_LIMIT_KEYS_PER_MIN: '1',
    RATE_LIMIT_KEYS_BURST: '1',
  });
  await waitFor(async () => (await gateway.send({ path: '/api/v1/auth/me' })).headers['ratelimit-limit'] !== undefined);
  const addresses = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:3::1'];
  const logins = [];
  for (const address of addresses) logins.push((await logInFrom(gateway, address)).status);
  expect(logins).toEqual([404, 429, 404]);
  const keys = [];
  for (const address of addresses) {
    const headers = { 'x-forwarded-for': address, 'x-api-key': `guess from ${address}` };
    keys.push((await gateway.send({ path: '/api/v1/alerts', token: null, headers })).status);
  }
  expect(keys).toEqual([401, 429, 401]);
});

test('what another than a trusted proxy says of the client means nothing', async () => {
  const auth = await startFakeService();
  const gateway = await startTestGateway({ UPSTREAM_AUTH: auth.url, TRUSTED_PROXIES: '192.0.2.1' });
  await logInFrom(gateway, '203.0.113.1');
  expect(auth.seen.at(-1)?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
});

const Trusted = GatewayConfig.pick({ TRUSTED_PROXIES: true });

test('addresses and ranges of both families can be trusted', () => {
  const proxies = ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'];
  expect(parseConfig(Trusted, { TRUSTED_PROXIES: proxies.join(',') })).toEqual({ TRUSTED_PROXIES: proxies });
});

test.each(['proxy.example.org', '10.0.0.0/33', '0.0.0.0/0', '::/0', 'true'])('%s is no proxy to trust', (proxies) => {
  expect(() => parseConfig(Trusted, { TRUSTED_PROXIES: proxies })).toThrow('TRUSTED_PROXIES');
});
