import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import {
  createTokenSigner,
  createTokenVerifier,
  fixedKeySource,
  isAllowed,
  type KeySource,
  type Principal,
  type VerifiedToken,
} from './index.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength }).privateKey.export(pem).toString();
const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve }).privateKey.export(pem).toString();
const names = { issuer: 'soc-agent', audience: 'soc-fleet' };
const [rsaPem, ecPem] = [rsa(), ec()];
const signer = createTokenSigner({ privateKeyPem: rsaPem, ...names });
const ecSigner = createTokenSigner({ privateKeyPem: ecPem, ...names });
const ann: Principal = {
  kind: 'user',
  subject: 'u1',
  name: 'Ann',
  tenantId: 'default',
  roles: ['viewer'],
  permissions: new Set(['alerts:read']),
  sessionId: 's1',
  makerId: 'u0',
  limit: 'mfa_enrolment',
};
let nowMs = Date.now();
const keys = fixedKeySource({ keys: [...signer.jwks, ...ecSigner.jwks] });
const verifier = createTokenVerifier({ trusted: [{ ...names, keys }], nowMs: () => nowMs, cacheSize: 2 });

test.each([
  ['RS256', signer],
  ['ES256', ecSigner],
])('a token signed with %s comes back as the same principal', async (algorithm, by) => {
  const token = by.sign(ann, 60);
  expect(jwt.decode(token, { complete: true })?.header.alg).toBe(algorithm);
  const principal = await verifier.verify(token);
  expect(principal).toEqual(ann);
  expect(principal && isAllowed(principal, 'alerts:read')).toBe(true);
  expect(principal && isAllowed(principal, 'users:write')).toBe(false);
});

test.each(['mfa_enrolment', 'password_change'] as const)('a token limited to %s stays limited', async (limit) => {
  const limited = { ...ann, limit };
  expect(await verifier.verify(signer.sign(limited, 60))).toMatchObject({ limit });
});

test('a remembered token is the same principal, and still expires', async () => {
  const token = signer.sign(ann, 60);
  const principal = await verifier.verify(token);
  // At once: what is remembered costs a request no promise.
  expect(verifier.verify(token)).toBe(principal);
  nowMs += 61_000;
  expect(await verifier.verify(token)).toBeUndefined();
  nowMs = Date.now();
});

test('only a token that is remembered and still good is recalled', async () => {
  const token = signer.sign(ann, 60);
  expect(verifier.recall(token)).toBeUndefined();
  const principal = await verifier.verify(token);
  expect(verifier.recall(token)).toBe(principal);
  expect(verifier.recall(`${token}x`)).toBeUndefined();
  verifier.forget(({ principal: one }) => one === principal);
  expect(verifier.recall(token)).toBeUndefined();
  await verifier.verify(token);
  nowMs += 61_000;
  expect(verifier.recall(token)).toBeUndefined();
  nowMs = Date.now();
});

test('a token whose key is withdrawn, or cannot be looked up at once, is not recalled, and no failure is left behind', async () => {
  let source: KeySource = keys;
  const following = createTokenVerifier({ trusted: [{ ...names, keys: (kid) => source(kid) }], nowMs: () => nowMs });
  const token = signer.sign(ann, 60);
  const principal = await following.verify(token);
  expect(following.recall(token)).toBe(principal);
  source = () => undefined;
  expect(following.recall(token)).toBeUndefined();
  // A rejection that nobody heard would end this process.
  source = () => Promise.reject(new Error('the issuer is away'));
  expect(following.recall(token)).toBeUndefined();
  await expect(following.verify(token)).rejects.toThrow('the issuer is away');
});

const kid = ecSigner.jwk.kid;
const claims = { iss: names.issuer, aud: names.audience, sub: 'u1', name: 'x', kind: 'user', tenant: 'default' };
const good = { ...claims, roles: [], permissions: [], iat: nowMs / 1000, exp: nowMs / 1000 + 60 };
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** What a library that takes the algorithm from the header would accept. */
function hmacToken(header: object, secret: string): string {
  const signed = `${encode(header)}.${encode(good)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const publicPemOf = (privatePem: string): string =>
  createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }).toString();

test.each([
  [
    'signed by a key the issuer does not publish',
    () => createTokenSigner({ privateKeyPem: rsa(), ...names }).sign(ann, 60),
  ],
  ['without a signature', () => `${encode({ alg: 'none', typ: 'JWT', kid })}.${encode(good)}.`],
  [
    'whose HMAC has the public RSA key for a secret',
    () => hmacToken({ alg: 'HS256', kid: signer.jwk.kid }, publicPemOf(rsaPem)),
  ],
  ['whose HMAC has the public EC key for a secret', () => hmacToken({ alg: 'HS256', kid }, publicPemOf(ecPem))],
  ['whose HMAC has the JWK for a secret', () => hmacToken({ alg: 'HS256', kid }, JSON.stringify(ecSigner.jwk))],
  [
    'whose header claims the algorithm of another key',
    () => jwt.sign(good, rsaPem, { algorithm: 'RS256', keyid: ecSigner.jwk.kid }),
  ],
  ['signed with RS512', () => jwt.sign(good, rsaPem, { algorithm: 'RS512', keyid: signer.jwk.kid })],
  [
    'that asks for what is not understood',
    () =>
      jwt.sign(good, ecPem, {
        algorithm: 'ES256',
        keyid: kid,
        header: { alg: 'ES256', crit: ['b64'], b64: false } as never,
      }),
  ],
  ['without a key id', () => jwt.sign(good, ecPem, { algorithm: 'ES256' })],
  [
    'that brings its own key',
    () => jwt.sign(good, ec(), { algorithm: 'ES256', header: { alg: 'ES256', jwk: ecSigner.jwk } as never }),
  ],
  ['that expired', () => jwt.sign({ ...good, exp: nowMs / 1000 - 1 }, ecPem, { algorithm: 'ES256', keyid: kid })],
  [
    'that is not valid yet',
    () => jwt.sign({ ...good, nbf: nowMs / 1000 + 60 }, ecPem, { algorithm: 'ES256', keyid: kid }),
  ],
  [
    'that never expires',
    () => jwt.sign({ ...claims, roles: [], permissions: [] }, ecPem, { algorithm: 'ES256', keyid: kid }),
  ],
  ['for another audience', () => ecSigner.sign(ann, 60, { audience: 'elsewhere' })],
  ['of another issuer', () => createTokenSigner({ privateKeyPem: ecPem, ...names, issuer: 'elsewhere' }).sign(ann, 60)],
  ['longer than any of ours', () => `${signer.sign(ann, 60)}${'x'.repeat(9_000)}`],
  ['that is not a token', () => 'not.a.token'],
])('a token %s is refused', async (_, make) => {
  expect(await verifier.verify(make())).toBeUndefined();
});

test('the token that those above are made from is good', async () => {
  expect(await verifier.verify(jwt.sign(good, ecPem, { algorithm: 'ES256', keyid: kid }))).toBeDefined();
});

test.each([signer, ecSigner])('a signature of a wrong length is a bad one, and no fault', async (by) => {
  const [header, payload, signature = ''] = by.sign(ann, 60).split('.');
  for (const wrong of [signature.slice(0, -4), `${signature}AAAA`, 'A']) {
    expect(await verifier.verify(`${header}.${payload}.${wrong}`)).toBeUndefined();
  }
});

test('the keys of one issuer are worth nothing in the name of another', async () => {
  const gateway = { issuer: 'gateway', audience: 'alert' };
  const strict = createTokenVerifier({
    trusted: [
      { ...gateway, keys: fixedKeySource({ keys: ecSigner.jwks }) },
      { ...names, audience: 'alert', keys: fixedKeySource({ keys: signer.jwks }) },
    ],
    nowMs: () => nowMs,
  });
  const signing = (privateKeyPem: string, issuer: string, audience: string) =>
    createTokenSigner({ privateKeyPem, issuer, audience }).sign(ann, 60);
  expect(await strict.verify(signing(ecPem, 'gateway', 'alert'))).toEqual(ann);
  expect(await strict.verify(signing(rsaPem, 'soc-agent', 'alert'))).toEqual(ann);
  expect(await strict.verify(signing(rsaPem, 'gateway', 'alert'))).toBeUndefined();
  expect(await strict.verify(signing(ecPem, 'soc-agent', 'alert'))).toBeUndefined();
  expect(await strict.verify(signing(ecPem, 'gateway', 'intel'))).toBeUndefined();
  expect(await strict.verify(signing(rsaPem, 'soc-agent', 'soc-fleet'))).toBeUndefined();
});

test('what is refused is not remembered, and what is forgotten is judged again', async () => {
  const refused: string[] = [];
  const isRefused = ({ principal }: VerifiedToken) => refused.includes(principal.subject);
  const judging = createTokenVerifier({ trusted: [{ ...names, keys }], nowMs: () => nowMs, isRefused });
  const token = signer.sign(ann, 60);
  refused.push('u1');
  expect(await judging.verify(token)).toBeUndefined();
  refused.length = 0;
  expect(await judging.verify(token)).toEqual(ann);
  refused.push('u1');
  judging.forget(({ principal }) => principal.subject === 'u2');
  expect(await judging.verify(token)).toEqual(ann);
  judging.forget(({ principal }) => principal.subject === 'u1');
  expect(await judging.verify(token)).toBeUndefined();
});

test('a remembered token is refused once its issuer has withdrawn the key', async () => {
  let published = signer.jwks;
  const trusting = createTokenVerifier({
    trusted: [{ ...names, keys: (id) => fixedKeySource({ keys: published })(id) }],
    nowMs: () => nowMs,
  });
  const token = signer.sign(ann, 60);
  expect(await trusting.verify(token)).toBe(await trusting.verify(token));
  published = ecSigner.jwks;
  expect(await trusting.verify(token)).toBeUndefined();
});

test('a token that is forgotten while its key is looked up is judged again', async () => {
  let isRefused = false;
  const judging = createTokenVerifier({
    trusted: [{ ...names, keys: (id) => Promise.resolve(keys(id)) }],
    nowMs: () => nowMs,
    isRefused: () => isRefused,
  });
  const token = signer.sign(ann, 60);
  await judging.verify(token);
  const verifying = judging.verify(token);
  isRefused = true;
  judging.forget(() => true);
  expect(await verifying).toBeUndefined();
});

test('a token may be dated a little ahead, for clocks that differ, and not so far that no revocation reaches it', async () => {
  const dated = (aheadMs: number) =>
    createTokenSigner({ privateKeyPem: ecPem, ...names, nowMs: () => nowMs + aheadMs }).sign(ann, 60);
  expect(await verifier.verify(dated(30_000))).toEqual(ann);
  expect(await verifier.verify(dated(90_000))).toBeUndefined();
});

test('a token tells when it was issued to the millisecond', async () => {
  let seen: VerifiedToken | undefined;
  const looking = createTokenVerifier({
    trusted: [{ ...names, keys }],
    nowMs: () => nowMs,
    isRefused: (token) => {
      seen = token;
      return false;
    },
  });
  const issuedAtMs = nowMs - 1_234;
  const past = createTokenSigner({ privateKeyPem: ecPem, ...names, nowMs: () => issuedAtMs });
  await looking.verify(past.sign(ann, 60));
  expect(Math.abs((seen?.issuedAtMs ?? 0) - issuedAtMs)).toBeLessThan(1);
  expect(Math.abs((seen?.expiresAtMs ?? 0) - issuedAtMs - 60_000)).toBeLessThan(1);
});

test('several keys are published and one signs; the public half of another is enough', async () => {
  const next = ec();
  const rotating = createTokenSigner({ privateKeyPem: ecPem, otherKeyPems: [publicPemOf(next), ecPem], ...names });
  expect(rotating.jwks.map((jwk) => jwk.kid)).toEqual([
    kid,
    createTokenSigner({ privateKeyPem: next, ...names }).jwk.kid,
  ]);
  expect(rotating.jwks.flatMap((jwk) => Object.keys(jwk))).not.toContain('d');
  const informed = createTokenVerifier({
    trusted: [{ ...names, keys: fixedKeySource({ keys: rotating.jwks }) }],
    nowMs: () => nowMs,
  });
  const rotated = createTokenSigner({ privateKeyPem: next, otherKeyPems: [ecPem], ...names });
  expect(await informed.verify(rotated.sign(ann, 60))).toEqual(ann);
  expect(await informed.verify(ecSigner.sign(ann, 60))).toEqual(ann);
});

test('keys of other kinds are neither signed with nor trusted', async () => {
  for (const weak of [() => rsa(1024), () => ec('P-384')]) {
    expect(() => createTokenSigner({ privateKeyPem: weak(), ...names })).toThrow('must be RSA');
  }
  const secret: JsonWebKey = { kty: 'oct', k: 'c2VjcmV0' };
  const mislabelled = { ...ecSigner.jwk, kid: 'mislabelled', alg: 'HS256' };
  const source = fixedKeySource({ keys: [{ ...secret, kid: 'secret', alg: 'HS256' }, mislabelled, ecSigner.jwk] });
  expect(await source('secret')).toBeUndefined();
  expect(await source('mislabelled')).toBeUndefined();
  expect(await source(kid)).toMatchObject({ algorithm: 'ES256' });
});
