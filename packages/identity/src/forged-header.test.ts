import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokenSigner, createTokenVerifier, fixedKeySource, type Principal } from './index.ts';

const names = { issuer: 'soc-agent', audience: 'soc-fleet' };
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signer = createTokenSigner({
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ...names,
});
const askedFor: string[] = [];
const known = fixedKeySource({ keys: [signer.jwk] });
const verifier = createTokenVerifier({
  trusted: [{ ...names, keys: (kid) => (askedFor.push(kid), known(kid)) }],
  nowMs: () => Date.now(),
});
const ann: Principal = {
  kind: 'user',
  subject: 'ann',
  name: 'Ann',
  tenantId: 'default',
  roles: [],
  permissions: new Set(),
};

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** A token with any header and payload, with a signature that the known key has made over it. */
const forge = (header: unknown, payload: unknown): string => {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${signBytes('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
};
const claims = (): Record<string, unknown> =>
  JSON.parse(Buffer.from(signer.sign(ann, 60).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const header = { alg: 'RS256', typ: 'JWT', kid: signer.jwk.kid };

test.each<[string, unknown]>([
  ['a path', '../../../../dev/null'],
  ['SQL', "' union select 'secret' --"],
  ['a URL', 'https://evil.example/jwks.json'],
  ['a command', 'key; cat /etc/passwd'],
  ['what objects inherit', '__proto__'],
  ['what objects inherit by another name', 'constructor'],
  ['nothing', ''],
  ['a long text', 'x'.repeat(4_000)],
  ['a list with the right one', [signer.jwk.kid]],
  ['a number', 1],
  ['the right one with a NUL', `${signer.jwk.kid}\0`],
])('a key id that is %s finds no key', async (_, kid) => {
  expect(await verifier.verify(forge({ ...header, kid }, claims()))).toBeUndefined();
});

test.each<[string, object]>([
  ['a key of its own', { jwk: signer.jwk }],
  ['the address of a key set', { jku: 'https://evil.example/jwks.json' }],
  ['the address of a certificate', { x5u: 'https://evil.example/key.pem' }],
])('%s in the header is not used', async (_, more) => {
  askedFor.length = 0;
  expect(await verifier.verify(forge({ ...header, ...more, kid: 'unknown' }, claims()))).toBeUndefined();
  expect(askedFor).toEqual(['unknown']);
});

test('a claim that is said twice after the signature was made breaks it', async () => {
  const [head, payload = '', signature] = signer.sign(ann, 60).split('.');
  const text = Buffer.from(payload, 'base64url').toString();
  const twice = encode(`${text.slice(0, -1)},"sub":"admin"}`);
  expect(await verifier.verify([head, twice, signature].join('.'))).toBeUndefined();
});

test.each<[string, () => Record<string, unknown>]>([
  ['is not valid for another hour', () => ({ ...claims(), nbf: Date.now() / 1000 + 3_600 })],
  ['expired a second ago: clocks are given nothing', () => ({ ...claims(), exp: Date.now() / 1000 - 1 })],
  ['never expires', () => ({ ...claims(), exp: undefined })],
  ['expires as a text', () => ({ ...claims(), exp: '9999999999' })],
  ['was issued at no time', () => ({ ...claims(), iat: undefined })],
  ['is for nobody in particular', () => ({ ...claims(), aud: undefined })],
  ['has a tenant that is a pattern', () => ({ ...claims(), tenant: '%' })],
  ['is of an unknown kind', () => ({ ...claims(), kind: 'root' })],
])('a token that %s is refused, though well signed', async (_, payload) => {
  expect(await verifier.verify(forge(header, payload()))).toBeUndefined();
});

test('the token that those above are made from is good', async () => {
  expect(await verifier.verify(forge(header, claims()))).toMatchObject({ subject: 'ann' });
});
