import { generateKeyPairSync } from 'node:crypto';
import { createTokenVerifier, fixedKeySource, type Principal } from '@soc/identity';
import { expect, test } from 'vitest';
import { createInternalTokens } from './internal-tokens.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem).toString();
const ann = (): Principal => ({
  kind: 'user',
  subject: 'u1',
  name: 'Ann',
  tenantId: 'default',
  roles: ['viewer'],
  permissions: new Set(['alerts:read']),
  sessionId: 's1',
});
let nowMs = 1_800_000_000_000;
const clock = () => nowMs;

const verifierAt = (service: string, jwks: object) =>
  createTokenVerifier({
    trusted: [{ issuer: 'gateway', audience: service, keys: fixedKeySource(jwks) }],
    nowMs: clock,
  });
const bare = (authorization: string): string => authorization.replace(/^Bearer /, '');

test('a service believes what was signed for it, for a minute; another service does not', async () => {
  const tokens = createInternalTokens([newKey()], clock);
  const token = bare(tokens.authorizationFor(ann(), 'alert'));
  const alert = verifierAt('alert', { keys: tokens.jwks });
  expect(await alert.verify(token)).toEqual(ann());
  expect(await verifierAt('intel', { keys: tokens.jwks }).verify(token)).toBeUndefined();
  nowMs += 60_000;
  expect(await alert.verify(token)).toBeUndefined();
});

test('a principal keeps a token for half its life, one for each service, and shares it with nobody', () => {
  const tokens = createInternalTokens([newKey()], clock);
  const [one, other] = [ann(), ann()];
  const first = tokens.authorizationFor(one, 'alert');
  nowMs += 29_999;
  expect(tokens.authorizationFor(one, 'alert')).toBe(first);
  expect(tokens.authorizationFor(one, 'intel')).not.toBe(first);
  expect(tokens.authorizationFor(other, 'alert')).not.toBe(first);
  nowMs += 1;
  expect(tokens.authorizationFor(one, 'alert')).not.toBe(first);
});

test('of several keys the first signs, and all are published', async () => {
  const [old, next] = [newKey(), newKey()];
  const before = createInternalTokens([old, next], clock);
  const after = createInternalTokens([next, old], clock);
  expect(before.jwks.map(({ kid }) => kid).toSorted()).toEqual(after.jwks.map(({ kid }) => kid).toSorted());
  const informed = verifierAt('alert', { keys: before.jwks });
  expect(await informed.verify(bare(after.authorizationFor(ann(), 'alert')))).toEqual(ann());
});

test('an RSA key signs no internal token', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem).toString();
  expect(() => createInternalTokens([rsa], clock)).toThrow('EC on P-256');
  expect(() => createInternalTokens([newKey(), rsa], clock)).toThrow('EC on P-256');
});
