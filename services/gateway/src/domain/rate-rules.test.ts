import { endpoints } from '@soc/contracts/endpoints';
import { expect, test } from 'vitest';
import { countsOf, keyCountsOf, type RateRules, TRAFFIC_OF, trafficOf } from './rate-rules.ts';

/** They set a secret, and compare none. */
const CHOSEN = new Set(['createUser', 'updateUser']);

const ann = { tenantId: 'default', kind: 'user', subject: 'u1' };
const rule = (name: string) => ({ name, perS: 1, burst: 1 });
const rules: RateRules = {
  caller: { general: rule('general'), ingest: rule('ingest'), search: rule('search') },
  tenant: rule('tenant'),
  address: rule('address'),
  login: rule('login'),
  keys: rule('keys'),
};
const keysOf = (...[traffic, caller, address]: [Parameters<typeof countsOf>[0], typeof ann | undefined, string]) =>
  countsOf(traffic, caller, address, rules).list.map(({ key }) => key);

test('every endpoint that is told apart exists', () => {
  const ids = new Set(endpoints.map(({ id }) => id));
  expect(
    Object.values(TRAFFIC_OF)
      .flat()
      .filter((id) => !ids.has(id)),
  ).toEqual([]);
});

test('whatever takes a password, a code or a secret is counted as a guess', () => {
  const secrets = ['password', 'oldPassword', 'otp', 'code', 'secret', 'client_secret'];
  const takers = endpoints.filter(({ id, body }) => {
    const fields = body && 'shape' in body ? Object.keys(body.shape as object) : [];
    return !CHOSEN.has(id) && fields.some((field) => secrets.includes(field));
  });
  expect(takers.length).toBeGreaterThan(5);
  expect(takers.map(({ id }) => [id, trafficOf(id)])).toEqual(takers.map(({ id }) => [id, 'login']));
  expect(trafficOf('startOidcLogin')).toBe('login');
});

test('what takes a secret, what sensors send and what is dear are told from the rest', () => {
  const ids = ['login', 'createServiceToken', 'refresh', 'bulkAlerts', 'search', 'listAlerts', undefined];
  expect(ids.map(trafficOf)).toEqual(['login', 'login', 'general', 'ingest', 'search', 'general', 'general']);
});

test('guessing a secret is counted by address alone, even when a token comes along', () => {
  expect(keysOf('login', ann, '203.0.113.7')).toEqual(['{203.0.113.7}:login:']);
  expect(keyCountsOf('203.0.113.7', rules).list.map(({ key }) => key)).toEqual(['{203.0.113.7}:keys:']);
});

test('other requests are counted by principal, tenant and address, on one node of a cluster', () => {
  expect(keysOf('ingest', ann, '203.0.113.7')).toEqual([
    '{default}:ingest:user:u1',
    '{default}:tenant:',
    '{default}:address:203.0.113.7',
  ]);
  expect(keysOf('general', undefined, '203.0.113.7')).toEqual(['{203.0.113.7}:general:']);
});
