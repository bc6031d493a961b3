import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { assemble, type Claims, headerOf, signedBy } from './principals.ts';

export interface ForgedToken {
  readonly name: string;
  readonly token: string;
}

const hmac =
  (algorithm: string, secret: string | Buffer) =>
  (input: string): string =>
    createHmac(algorithm, secret).update(input).digest('base64url');

/** A token that would be let in: who signs it, and what it says. */
export interface Genuine {
  readonly key: KeyObject;
  readonly claims: Claims;
}

/** Without any key at all. */
function unsigned({ key, claims }: Genuine): readonly ForgedToken[] {
  const honest = headerOf(key);
  const [, , signature = ''] = assemble(honest, claims, signedBy(key)).split('.');
  return ['none', 'None', 'NONE', 'nOnE', '', 'null'].flatMap((alg) => [
    { name: `alg ${JSON.stringify(alg)} without a signature`, token: assemble({ ...honest, alg }, claims, () => '') },
    {
      name: `alg ${JSON.stringify(alg)} with some signature`,
      token: assemble({ ...honest, alg }, claims, () => 'AAAA'),
    },
    {
      name: `alg ${JSON.stringify(alg)} with another’s signature`,
      token: assemble({ ...honest, alg }, claims, () => signature),
    },
  ]);
}

/** With the public key as a shared secret, in every form an attacker could have it in. */
function confused({ key: privateKey, claims }: Genuine): readonly ForgedToken[] {
  const honest = headerOf(privateKey);
  const key = createPublicKey(privateKey);
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const jwk = key.export({ format: 'jwk' });
  const secrets: Readonly<Record<string, string | Buffer>> = {
    PEM: pem,
    'PEM without the last line end': pem.trimEnd(),
    ...(key.asymmetricKeyType === 'rsa' && {
      'PEM of PKCS#1': key.export({ type: 'pkcs1', format: 'pem' }).toString(),
    }),
    DER: key.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(jwk),
    'its number': Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url'),
    nothing: '',
    'the key id': String(honest['kid']),
  };
  return Object.entries(secrets).flatMap(([form, secret]) =>
    (['256', '384', '512'] as const).map((bits) => ({
      name: `HS${bits} with ${form}`,
      token: assemble({ ...honest, alg: `HS${bits}` }, claims, hmac(`sha${bits}`, secret)),
    })),
  );
}

/** Key ids that lead elsewhere, and headers that bring a key along. */
function injected({ key, claims }: Genuine, own: KeyObject, evilUrl: string): readonly ForgedToken[] {
  const honest = headerOf(key);
  const ownJwk = createPublicKey(own).export({ format: 'jwk' });
  const kids: readonly unknown[] = [
    '../../../../../../dev/null',
    '/dev/null',
    '/proc/sys/kernel/randomize_va_space',
    'file:///dev/null',
    evilUrl,
    "' or '1'='1",
    "x' union select 'AA",
    '`id`',
    '$(id)',
    '%00',
    '\0',
    '',
    '*',
    '__proto__',
    'constructor',
    'toString',
    'x'.repeat(4_000),
    0,
    null,
    true,
    [],
    [honest['kid']],
    {},
    { toString: honest['kid'] },
  ];
  const headers: readonly Claims[] = [
    { jku: evilUrl },
    { x5u: evilUrl },
    { jwk: ownJwk },
    { jwk: ownJwk, kid: undefined },
    { x5c: ['AAAA'] },
    { kid: 'evil', jku: evilUrl },
    { kid: 'evil', jwk: { ...ownJwk, kid: 'evil' } },
  ];
  return [
    ...kids.flatMap((kid) => {
      const name = JSON.stringify(kid)?.slice(0, 40) ?? '';
      return [
        { name: `kid ${name} with an own key`, token: assemble({ ...honest, kid }, claims, signedBy(own)) },
        {
          name: `kid ${name} with an empty secret`,
          token: assemble({ ...honest, alg: 'HS256', kid }, claims, hmac('sha256', '')),
        },
      ];
    }),
    ...headers.map((extra) => ({
      name: `header ${JSON.stringify(extra).slice(0, 40)}`,
      token: assemble({ ...honest, ...extra }, claims, signedBy(own)),
    })),
  ];
}

/** Signed by auth itself, and yet not for this, or not now. */
function misused({ key, claims }: Genuine): readonly ForgedToken[] {
  const { iss, aud } = claims;
  const nowS = Math.floor(Date.now() / 1000);
  const changes: Readonly<Record<string, Claims>> = {
    'a foreign audience': { aud: 'somebody-else' },
    'an audience that begins like ours': { aud: `${String(aud)}-2` },
    'no audience': { aud: undefined },
    'an audience that is an object': { aud: { [String(aud)]: true } },
    'audiences that are all others': { aud: ['alert-2', 'somebody-else'] },
    'an empty audience': { aud: '' },
    'a foreign issuer': { iss: 'https://evil.example' },
    'an issuer that begins like ours': { iss: `${String(iss)}.evil.example` },
    'no issuer': { iss: undefined },
    expired: { exp: nowS - 1 },
    'expired long ago': { iat: 0, exp: 1 },
    'no expiry': { exp: undefined },
    'an expiry that is a text': { exp: '9999999999' },
    'an expiry that is nothing': { exp: null },
    'an expiry below zero': { exp: -1 },
    'not yet valid': { nbf: nowS + 300 },
    'a beginning that is a text': { nbf: 'now' },
    'no subject': { sub: undefined },
    'an empty subject': { sub: '' },
    'a subject that is a number': { sub: 1 },
    'a subject that is an object': { sub: { id: 'admin' } },
    'no tenant': { tenant: undefined },
    'an empty tenant': { tenant: '' },
    'a tenant of all': { tenant: '*' },
    'a tenant that is a path': { tenant: '../default' },
    'a tenant that is SQL': { tenant: "default' or '1'='1" },
    'tenants in a list': { tenant: ['default', 'other'] },
    'no kind': { kind: undefined },
    'a kind nobody knows': { kind: 'root' },
    'permissions that are a text': { permissions: 'users:write' },
    'permissions that are an object': { permissions: { 'users:write': true } },
    'no permissions': { permissions: undefined },
    'roles that are a text': { roles: 'admin' },
    oversized: { name: 'x'.repeat(7_000) },
  };
  return Object.entries(changes).map(([name, change]) => ({
    name,
    token: assemble(headerOf(key), { ...claims, ...change }, signedBy(key)),
  }));
}

/** Signatures that are none of this text. */
function broken({ key, claims }: Genuine, own: KeyObject): readonly ForgedToken[] {
  const honest = headerOf(key);
  const genuine = assemble(honest, claims, signedBy(key));
  const [header = '', payload = '', signature = ''] = genuine.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const flipped = Buffer.from(bytes);
  flipped[30] = (flipped[30] ?? 0) ^ 1;
  const other = assemble(honest, { ...claims, sub: 'somebody-else' }, () => signature);
  const signatures: Readonly<Record<string, string>> = {
    'one bit changed': flipped.toString('base64url'),
    'the last byte cut off': bytes.subarray(0, -1).toString('base64url'),
    'a byte more': Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url'),
    'all zeros': Buffer.alloc(bytes.length).toString('base64url'),
    'one character': 'A',
  };
  return [
    ...Object.entries(signatures).map(([name, sign]) => ({
      name: `signature with ${name}`,
      token: `${header}.${payload}.${sign}`,
    })),
    { name: 'another’s signature', token: other },
    { name: 'an own key under the right key id', token: assemble(honest, claims, signedBy(own)) },
    { name: 'RS512 in the header', token: assemble({ ...honest, alg: 'RS512' }, claims, signedBy(own)) },
    { name: 'PS256 in the header', token: assemble({ ...honest, alg: 'PS256' }, claims, signedBy(own)) },
    { name: 'ES256 in the header', token: assemble({ ...honest, alg: 'ES256' }, claims, signedBy(own)) },
    { name: 'RS256 in the header', token: assemble({ ...honest, alg: 'RS256' }, claims, signedBy(own)) },
    { name: 'EdDSA in the header', token: assemble({ ...honest, alg: 'EdDSA' }, claims, signedBy(own)) },
    { name: 'a header that is no JSON', token: `AAAA.${payload}.${signature}` },
    { name: 'a payload that is no JSON', token: `${header}.AAAA.${signature}` },
    { name: 'five parts', token: `${genuine}.AAAA.AAAA` },
    { name: 'two parts', token: `${header}.${payload}` },
    { name: 'three dots', token: '...' },
    { name: 'a token of 9,000 characters', token: `${header}.${'A'.repeat(9_000)}.${signature}` },
  ];
}

/** Everything that looks like a genuine token and must be worth nothing. `evilUrl` offers a key set of our own. */
export function forgedTokens(genuine: Genuine, evilUrl: string): readonly ForgedToken[] {
  const isRsa = genuine.key.asymmetricKeyType === 'rsa';
  const own = isRsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return [
    ...unsigned(genuine),
    ...confused(genuine),
    ...injected(genuine, own, evilUrl),
    ...misused(genuine),
    ...broken(genuine, own),
  ];
}
