import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { createTokenSigner, createTokenVerifier, fixedKeySource, isAllowed, type Principal } from './index.ts';

const rsa = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const names = { issuer: 'soc-agent', audience: 'soc-fleet' };
const signer = createTokenSigner({ privateKeyPem: rsa(), ...names });
const ann: Principal = {
  kind: 'user',
  subject: 'u1',
  name: 'Ann',
  tenantId: 'default',
  roles: ['viewer'],
  permissions: new Set(['alerts:read']),
  sessionId: 's1',
};
let nowMs = Date.now();
const verifier = createTokenVerifier({
  keys: fixedKeySource({ keys: [signer.jwk] }),
  ...names,
  nowMs: () => nowMs,
  cacheSize: 2,
});

test('a signed token comes back as the same principal', async () => {
  const principal = await verifier.verify(signer.sign(ann, 60));
  expect(principal).toEqual(ann);
  expect(principal && isAllowed(principal, 'alerts:read')).toBe(true);
  expect(principal && isAllowed(principal, 'users:write')).toBe(false);
});

test('a remembered token still expires', async () => {
  const token = signer.sign(ann, 60);
  expect(await verifier.verify(token)).toBeDefined();
  nowMs += 61_000;
  expect(await verifier.verify(token)).toBeUndefined();
  nowMs = Date.now();
});

test.each([
  [
    'signed by a key the issuer does not publish',
    () => createTokenSigner({ privateKeyPem: rsa(), ...names }).sign(ann, 60),
  ],
  ['without a signature', () => jwt.sign({ sub: 'u1' }, '', { algorithm: 'none' })],
  ['signed with the public key as an HMAC secret', () => hmacWithPublicKey()],
  ['longer than any of ours', () => `${signer.sign(ann, 60)}${'x'.repeat(9_000)}`],
  ['that is not a token', () => 'not.a.token'],
])('a token %s is refused', async (_, make) => {
  expect(await verifier.verify(make())).toBeUndefined();
});

const foreignKeyPem = rsa();
const hmacWithPublicKey = (): string =>
  jwt.sign({ ...names, sub: 'u1' }, JSON.stringify(signer.jwk), { algorithm: 'HS256', keyid: signer.jwk.kid });

test('a foreign audience or issuer is refused even when the key is known', async () => {
  for (const differing of [{ audience: 'elsewhere' }, { issuer: 'elsewhere' }]) {
    const other = createTokenSigner({ privateKeyPem: foreignKeyPem, ...names, ...differing });
    const strict = createTokenVerifier({ keys: fixedKeySource({ keys: [other.jwk] }), ...names, nowMs: () => nowMs });
    expect(await strict.verify(other.sign(ann, 60))).toBeUndefined();
  }
});
