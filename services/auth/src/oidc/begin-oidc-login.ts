import { z } from 'zod';
import { createHash, randomBytes } from 'node:crypto';
import { hashOf } from '../opaque-secret.ts';
import type { AuthDeps } from '../deps.ts';
import type { OidcClient, OidcSecrets } from './provider-client.ts';
import type { StoredProvider } from './provider-repository.ts';

/** Long enough to type a password and a code at the provider. */
const LOGIN_TTL_MS = 10 * 60 * 1000;

const Sealed = z.object({ nonce: z.string(), codeVerifier: z.string() });

const randomText = (): string => randomBytes(32).toString('base64url');

/** What a code verifier is known by (RFC 7636, section 4.2). */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const ownerOf = (stateHash: Buffer): string => `oidc login ${stateHash.toString('hex')}`;

/** Ours at a provider, with the secret opened. */
export const clientOf = (
  { config, seal }: Pick<AuthDeps, 'config' | 'seal'>,
  { id, slug, issuer, clientId, sealedSecret }: StoredProvider,
): OidcClient => ({
  issuer,
  clientId,
  clientSecret: sealedSecret === undefined ? undefined : seal.open(sealedSecret, id).toString(),
  // One per provider, so that the answer of one is never taken for another's (RFC 9700, section 4.4).
  redirectUri: new URL(`/api/v1/auth/oidc/${slug}/callback`, config.AUTH_PUBLIC_URL).href,
});

type BeginDeps = Pick<AuthDeps, 'db' | 'oidcLogins' | 'providerClient' | 'config' | 'seal' | 'now'>;

/** Remembers a login, of which the browser carries the state alone, and gives where to send it. */
export async function beginOidcLogin(
  deps: BeginDeps,
  provider: StoredProvider,
  { challenge, returnTo }: { readonly challenge: string; readonly returnTo: string | undefined },
): Promise<URL> {
  const { db, oidcLogins, providerClient, seal, now } = deps;
  const secrets: OidcSecrets = { state: randomText(), nonce: randomText(), codeVerifier: randomText() };
  const url = await providerClient.authorizationUrl(clientOf(deps, provider), provider.scopes, secrets);
  const stateHash = hashOf(secrets.state);
  const sealedSecrets = seal.seal(Buffer.from(JSON.stringify(Sealed.parse(secrets))), ownerOf(stateHash));
  const login = {
    stateHash,
    tenantId: provider.tenantId,
    providerId: provider.id,
    sealedSecrets,
    challenge,
    returnTo: returnTo ?? null,
  };
  const at = now();
  await oidcLogins.begin(db.write, login, at, new Date(at.getTime() + LOGIN_TTL_MS));
  return url;
}

/** What a remembered login was begun with. */
export const secretsOf = ({ seal }: Pick<AuthDeps, 'seal'>, state: string, sealedSecrets: string): OidcSecrets => ({
  state,
  ...Sealed.parse(JSON.parse(seal.open(sealedSecrets, ownerOf(hashOf(state))).toString())),
});
