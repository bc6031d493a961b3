import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ProviderSlug } from './identity-providers.ts';
import { TokenPair } from './sessions.ts';

/** 256 bits or more in base64url (RFC 7636, section 4). */
const CodeVerifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'no code verifier of RFC 7636');
const CodeChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the SHA-256 of a code verifier in base64url');

/** A path of the console and nothing else: no host can hide in it. */
const ConsolePath = z
  .string()
  .max(512)
  .regex(/^\/(?![/\\])[^\\\p{Cc}\s]*$/u, 'must be a path of the console');

const ProviderParams = z.strictObject({ provider: ProviderSlug });

export const ListLoginProviders = endpoint({
  id: 'listLoginProviders',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/oidc/providers',
  summary: 'The providers that a login page may offer, by name, at most 50.',
  permission: 'public',
  responses: { 200: z.object({ items: z.array(z.object({ slug: z.string(), name: z.string() })) }) },
});

export const StartOidcLogin = endpoint({
  id: 'startOidcLogin',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/oidc/:provider/start',
  summary: 'Sends the browser to the provider. `challenge` is the SHA-256 of a secret that the console keeps.',
  permission: 'public',
  params: ProviderParams,
  query: z.strictObject({ challenge: CodeChallenge, returnTo: ConsolePath.optional() }),
  responses: { 302: z.undefined() },
  errors: { 404: ['auth.provider_not_found'], 503: ['auth.provider_unavailable'] },
});

export const FinishOidcLogin = endpoint({
  id: 'finishOidcLogin',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/oidc/:provider/callback',
  summary:
    'Where the provider sends the browser back to. Goes on to the console with a code, or an error, in the fragment.',
  permission: 'public',
  params: ProviderParams,
  // Providers may add what they like (RFC 6749, section 4.1.2).
  query: z.looseObject({
    state: z.string().min(1).max(256),
    code: z.string().max(4096).optional(),
    iss: z.string().max(2048).optional(),
    error: z.string().max(256).optional(),
  }),
  responses: { 302: z.undefined() },
  errors: { 401: ['auth.oidc_state_unknown'] },
});

export const ExchangeOidcCode = endpoint({
  id: 'exchangeOidcCode',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/oidc/exchange',
  summary: 'Trades the code of a finished login for a session: once, within a minute, for who began it.',
  permission: 'public',
  body: z.strictObject({
    code: z.string().min(1).max(256),
    /** What `challenge` was made of. */
    verifier: CodeVerifier,
    /** A code of the second factor, where the account has one. */
    otp: z.string().min(1).max(64).optional(),
  }),
  responses: { 200: TokenPair },
  errors: { 401: ['auth.bad_oidc_code', 'auth.otp_required'], 429: ['auth.locked'] },
});
