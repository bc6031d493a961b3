import * as oauth from 'oauth4webapi';
import { fitsAccessToken } from '../domain/at-hash.ts';
import { OidcClaims } from '../domain/oidc-claims.ts';
import { isAllowedDestination } from '../domain/oidc-destination.ts';
import type { OutgoingFetch } from './outgoing-fetch.ts';

/** Ours at a provider. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly redirectUri: string;
}

/** What binds an answer to the login that asked for it. */
export interface OidcSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export type Redeemed =
  | { readonly ok: true; readonly claims: OidcClaims }
  /** `refused`: the provider says no. `invalid`: its answer is not to be believed. `unavailable`: there is none. */
  | { readonly ok: false; readonly refusal: 'refused' | 'invalid' | 'unavailable'; readonly error: unknown };

/** Speaks to OpenID providers: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207). */
export interface ProviderClient {
  /** Where to send the browser. Throws when the provider's metadata cannot be had or is not to be believed. */
  readonly authorizationUrl: (client: OidcClient, scopes: readonly string[], secrets: OidcSecrets) => Promise<URL>;
  /** Trades the answer that the browser brought for the verified claims of the person. */
  readonly redeem: (client: OidcClient, answer: URLSearchParams, secrets: OidcSecrets) => Promise<Redeemed>;
}

/** No `none`, and nothing that is verified with a secret we share with whoever reads our configuration. */
const SIGNATURES: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);
const METADATA_KEPT_MS = 10 * 60 * 1000;
/** Anybody may begin a login: a provider that is away is not asked for each. */
const FAILURE_KEPT_MS = 10 * 1000;
const MAX_KEPT = 1_000;
const CLOCK_TOLERANCE_S = 30;

interface Kept {
  /** One that is being asked for, or could not be had, as well. */
  readonly server: Promise<oauth.AuthorizationServer>;
  readonly untilMs: number;
}

export function createProviderClient(options: {
  readonly fetch: OutgoingFetch;
  readonly allowedHosts: readonly string[];
  readonly nowMs: () => number;
}): ProviderClient {
  const { fetch, allowedHosts, nowMs } = options;
  const kept = new Map<string, Kept>();
  // Which addresses may be asked without TLS is for the destination check to say.
  // oxlint-disable-next-line typescript/no-deprecated -- deprecated to stand out, says the library
  const transport = { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: true };

  const discover = async (issuer: string): Promise<oauth.AuthorizationServer> => {
    const url = new URL(issuer);
    const found = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, transport));
    const { id_token_signing_alg_values_supported: offered, authorization_endpoint: endpoint } = found;
    if (endpoint === undefined || !isAllowedDestination(new URL(endpoint), allowedHosts)) {
      throw new Error('the provider names no authorization endpoint that a browser may be sent to');
    }
    const accepted = (offered ?? ['RS256']).filter((name) => SIGNATURES.has(name));
    return { ...found, id_token_signing_alg_values_supported: accepted };
  };

  // The key set is kept with the metadata, by the library, and asked for again when a key is not in it.
  const serverOf = (issuer: string): Promise<oauth.AuthorizationServer> => {
    const known = kept.get(issuer);
    if (known && known.untilMs > nowMs()) return known.server;
    const server = discover(issuer);
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(issuer, { server, untilMs: nowMs() + METADATA_KEPT_MS });
    // Whoever asked is told by the promise itself.
    server.catch(() => kept.set(issuer, { server, untilMs: nowMs() + FAILURE_KEPT_MS }));
    return server;
  };

  const clientOf = ({ clientId }: OidcClient): oauth.Client => ({
    client_id: clientId,
    [oauth.clockSkew]: Math.round((nowMs() - Date.now()) / 1000),
    [oauth.clockTolerance]: CLOCK_TOLERANCE_S,
  });

  const redeem = async (ours: OidcClient, answer: URLSearchParams, secrets: OidcSecrets): Promise<OidcClaims> => {
    const server = await serverOf(ours.issuer);
    const client = clientOf(ours);
    const parameters = oauth.validateAuthResponse(server, client, answer, secrets.state);
    const authentication = ours.clientSecret === undefined ? oauth.None() : secretOf(server, ours.clientSecret);
    const { redirectUri } = ours;
    const { codeVerifier, nonce } = secrets;
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      codeVerifier,
      transport,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, transport);
    const claims = OidcClaims.parse(oauth.getValidatedIdTokenClaims(tokens));
    demandBoundTo(tokens, claims);
    return claims;
  };

  return {
    authorizationUrl: async ({ issuer, clientId, redirectUri }, scopes, { state, nonce, codeVerifier }) => {
      // `discover` has seen that there is one.
      const url = new URL((await serverOf(issuer)).authorization_endpoint ?? '');
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: [...new Set(['openid', ...scopes])].join(' '),
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url;
    },
    redeem: async (client, answer, secrets) => {
      try {
        return { ok: true, claims: await redeem(client, answer, secrets) };
      } catch (error) {
        return { ok: false, refusal: refusalOf(error), error };
      }
    },
  };
}

/** The way of showing the secret that the provider names; `client_secret_basic` is what one that names none expects. */
function secretOf(server: oauth.AuthorizationServer, secret: string): oauth.ClientAuth {
  const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return offered.includes('client_secret_basic') ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

/** An `at_hash` says which access token was issued with the ID token; it is optional in this flow, and checked where it is. */
function demandBoundTo(
  { id_token: idToken = '', access_token: accessToken }: oauth.TokenEndpointResponse,
  claims: OidcClaims,
) {
  const atHash: unknown = claims['at_hash'];
  if (atHash === undefined) return;
  const algorithm = algorithmOf(idToken);
  if (typeof atHash !== 'string' || !fitsAccessToken(atHash, accessToken, algorithm)) {
    throw new Error('the ID token was issued with another access token');
  }
}

/** The algorithm of a token whose signature has been verified. */
function algorithmOf(idToken: string): string {
  const header: unknown = JSON.parse(Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString());
  return typeof header === 'object' && header !== null && 'alg' in header ? String(header.alg) : '';
}

function refusalOf(error: unknown): 'refused' | 'invalid' | 'unavailable' {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) return 'refused';
  // What undici says of connections; all else is about what the answer says.
  return error instanceof TypeError && error.message === 'fetch failed' ? 'unavailable' : 'invalid';
}
