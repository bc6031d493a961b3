import { createHash, createPrivateKey, createPublicKey, createSign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

export const signedRs256 =
  (key: KeyObject) =>
  (input: string): string =>
    createSign('sha256').update(input).sign(key, 'base64url');

/** The private key of auth, which signs the honest tokens of the tests. */
export const authKey = (): KeyObject => createPrivateKey(readFileSync(inject('attackedFleet').signingKeyFile));

/** PEM of the public half, as anybody can make it from the published key set. */
export const publicPem = (): string => createPublicKey(authKey()).export({ type: 'spki', format: 'pem' }).toString();

/** RFC 7638, as the key set of auth names its keys. */
function keyIdOf(key: KeyObject): string {
  const { e, kty, n } = createPublicKey(key).export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

export const headerOf = (key: KeyObject): Claims => ({ alg: 'RS256', typ: 'JWT', kid: keyIdOf(key) });

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
  return assemble(headerOf(key), claims, signedRs256(key));
};

export const tokenOfRole = (role: Role): string =>
  honestToken(claimsOf({ roles: [role], permissions: permissionsOfRole[role] }));

/** Who may do everything, in another tenant than the one under attack. */
export const otherTenantAdmin = (): string =>
  honestToken(claimsOf({ roles: ['admin'], permissions: permissionsOfRole.admin, tenant: 'other' }));
