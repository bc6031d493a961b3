import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authService } from '@soc/auth-service';
import { CreateUser } from '@soc/contracts/auth/users';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Attacker, createAttacker } from './attacker.ts';

const SECRET = 'the secret of the gateway';
const VICTIM = { email: 'victim@example.org', password: 'a long walk beside 7 rivers' };
const NO_LIMIT = { RATE_LIMIT_LOGIN_PER_MIN: '100000', RATE_LIMIT_LOGIN_BURST: '100000' };

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let auth: TestService;
/** The first with the limits a gateway has by itself; the second lets every login through to auth. */
let gateways: readonly TestService[];
let [strict, open]: Attacker[] = [];

beforeAll(async () => {
  directory = await makeTemporaryDirectory('brute-force');
  const secretsFile = join(directory.path, 'secrets.json');
  await writeFile(secretsFile, JSON.stringify({ gateway: SECRET }));
  auth = await startTestService(authService, {
    // Longer than the slowest machine takes for what follows.
    env: { AUTH_SERVICE_SECRETS_FILE: secretsFile, AUTH_LOCKOUT_BASE_S: '600' },
  });
  const env = { UPSTREAM_AUTH: auth.url, SERVICE_SECRET: SECRET };
  gateways = [
    await startTestService(gatewayService, { env }),
    await startTestService(gatewayService, { env: { ...env, ...NO_LIMIT } }),
  ];
  [strict, open] = gateways.map(({ url }) => createAttacker(url));
  await auth.call(CreateUser, { body: { ...VICTIM, displayName: 'Victim', roles: ['viewer'] } });
});
afterAll(async () => {
  await strict?.close();
  await open?.close();
  for (const gateway of gateways) await gateway.close();
  await auth.close();
  await directory[Symbol.asyncDispose]();
});

/** Every way a client has been known to name another address than its own. */
const disguise = (n: number): Readonly<Record<string, string>> => {
  const address = `198.51.100.${n}`;
  const names = ['x-forwarded-for', 'x-real-ip', 'client-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip'];
  return {
    ...Object.fromEntries(names.map((name) => [name, address])),
    'x-originating-ip': address,
    'x-remote-ip': address,
    'x-cluster-client-ip': address,
    'x-forwarded-host': `host-${n}.example`,
    forwarded: `for=${address}`,
    via: `1.1 ${address}`,
  };
};

async function guess(by: Attacker | undefined, n: number, credentials: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...disguise(n) };
  const answer = await by?.send({
    method: 'POST',
    path: '/api/v1/auth/login',
    headers,
    body: JSON.stringify(credentials),
  });
  if (!answer) throw new Error('there is no gateway to guess at');
  return answer;
}

const wordOf = ({ status, code }: Answer): string => `${status} ${code ?? ''}`;

test('the right password is right, so that the refusals below mean something', async () => {
  expect(wordOf(await guess(open, 1, VICTIM))).toBe('200 ');
});

test('one address tries no more passwords for naming itself otherwise', async () => {
  const words: string[] = [];
  for (let n = 0; n < 60; n += 1) {
    // Without an e-mail address they cost auth no hash: what counts is whether they get there.
    words.push(wordOf(await guess(strict, n, { email: `nobody ${n}`, password: 'x' })));
  }
  const through = words.filter((word) => word === '400 request.invalid').length;
  // The burst of 20, and one for every six seconds that this took.
  expect(through).toBeLessThan(30);
  expect(words.slice(through)).toEqual(words.slice(through).map(() => '429 gateway.rate_limited'));
});

/** Guesses until the account is locked; the words of the answers. */
async function guessed(email: (n: number) => string): Promise<readonly string[]> {
  const words: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    words.push(wordOf(await guess(open, n, { email: email(n), password: `wrong password ${n}` })));
  }
  return words;
}

test('an account locks after few guesses, however they are disguised, and one that is not there looks the same', async () => {
  const spellings = [VICTIM.email, VICTIM.email.toUpperCase(), 'Victim@Example.org'];
  const words = await guessed((n) => spellings[n % spellings.length] ?? '');
  const looked = words.filter((word) => word === '401 auth.bad_credentials').length;
  expect(looked).toBeGreaterThan(0);
  expect(looked).toBeLessThanOrEqual(8);
  expect(words.at(-1)).toBe('429 auth.locked');
  expect(await guessed((n) => (n % 2 === 0 ? 'not-there@example.org' : 'NOT-THERE@example.org'))).toEqual(words);
  // Who is locked out learns nothing from the right password.
  expect(wordOf(await guess(open, 200, VICTIM))).toBe('429 auth.locked');
});

test('answers to wrong logins differ in nothing but the request', async () => {
  const strip = ({ text, headers }: Answer) => {
    const { instance: _, ...problem } = JSON.parse(text) as Record<string, unknown>;
    const ours = Object.keys(headers).filter((name) => !['date', 'ratelimit-remaining'].includes(name));
    return { problem, headers: ours.toSorted() };
  };
  const one = await guess(open, 1, { email: 'somebody-1@example.org', password: 'wrong' });
  const other = await guess(open, 1, { email: 'somebody-2@example.org', password: 'x'.repeat(200) });
  expect(strip(one)).toEqual(strip(other));
});

test('keys and refresh tokens that were guessed are worth nothing', async () => {
  for (let n = 0; n < 20; n += 1) {
    const key = `soc_${Buffer.alloc(32, n).toString('base64url')}`;
    const answer = await open?.send({ path: '/api/v1/auth/me', headers: { 'x-api-key': key, ...disguise(n) } });
    expect([answer?.status, answer?.code]).toEqual([401, 'auth.unauthenticated']);
    const refreshed = await open?.send({
      method: 'POST',
      path: '/api/v1/auth/refresh',
      headers: { 'content-type': 'application/json', ...disguise(n) },
      body: JSON.stringify({ refreshToken: key }),
    });
    expect([refreshed?.status, refreshed?.code]).toEqual([401, 'auth.bad_refresh_token']);
  }
});
