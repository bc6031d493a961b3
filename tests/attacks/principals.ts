import { createHash, createPrivateKey, createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { permissionsOfRole, type Role, uuidv7 } from '@soc/contracts';
import { inject } from 'vitest';
import './provided.ts';

export type Claims = Readonly<Record<string, unknown>>;

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token put together by hand: header and claims as given, and whatever `sign` makes of them. */
export function assemble(header: Claims, claims: Claims, sign: (input: string) => string): string {
  const input = `${segment(header)}.${segment(claims)}`;
  return `${input}.${sign(input)}`;
}

/** A signature by a private key, as JOSE wants it: RS256 by RSA, ES256 by EC. */
export const signedBy =
  (key: KeyObject) =>
  (input: string): string =>
    createSign('sha256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url');

/** The private key of auth, which signs the honest tokens of the tests. */
export const authKey = (): KeyObject => createPrivateKey(inject('attackedFleet').authKeyPem);

/** The private key of the gateway, which signs what it tells the services. */
export const gatewayKey = (): KeyObject => createPrivateKey(inject('attackedFleet').gatewayKeyPem);

/** RFC 7638, as the key sets of the fleet name their keys. */
function keyIdOf(key: KeyObject): string {
  const { e, kty, n, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** The header of an honest token by a key. */
export const headerOf = (key: KeyObject): Claims => ({
  alg: key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256',
  typ: 'JWT',
  kid: keyIdOf(key),
});

/** The claims of an access token as auth makes them, for ten minutes. */
export function claimsOf(who: {
  readonly permissions: readonly string[];
  readonly roles?: readonly string[];
  readonly tenant?: string;
  readonly subject?: string;
}): Claims {
  const nowS = Math.floor(Date.now() / 1000);
  const { permissions, roles = [], tenant = 'default', subject = uuidv7(Date.now()) } = who;
  return {
    iss: 'soc-agent',
    aud: 'soc-fleet',
    sub: subject,
    name: `Attacker of ${tenant}`,
    kind: 'user',
    tenant,
    roles,
    permissions,
    iat: nowS,
    exp: nowS + 600,
  };
}

/** An access token as auth would sign it. */
export const honestToken = (claims: Claims): string => {
  const key = authKey();
  return assemble(headerOf(key), claims, signedBy(key));
};

/** What the gateway would tell a service of whoever `claims` speak for. */
export const internalToken = (claims: Claims, audience: string): string => {
  const key = gatewayKey();
  return assemble(headerOf(key), { ...claims, iss: 'gateway', aud: audience }, signedBy(key));
};

export const tokenOfRole = (role: Role): string =>
  honestToken(claimsOf({ roles: [role], permissions: permissionsOfRole[role] }));

/** Who may do everything, in another tenant than the one under attack. */
export const otherTenantAdmin = (): string =>
  honestToken(claimsOf({ roles: ['admin'], permissions: permissionsOfRole.admin, tenant: 'other' }));
