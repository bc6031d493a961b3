import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { RoleName } from '../permission.ts';
import { page, PageQuery, Timestamp, Uuid } from '../primitives.ts';
import { DisplayName } from './account.ts';

/** Names a provider in URLs; unique in the whole fleet, since a login names no tenant. */
export const ProviderSlug = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens');

const Issuer = z
  .url({ protocol: /^https?$/ })
  .max(512)
  .refine((text) => !/[?#@]/.test(text), 'an issuer has no query, fragment or credentials');

const Scope = z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'no scope of RFC 6749');
const Roles = z.array(RoleName).max(32);

const settings = {
  name: DisplayName,
  /** The `iss` of its ID tokens; its metadata is read from `/.well-known/openid-configuration` below it. */
  issuer: Issuer,
  clientId: z.string().min(1).max(256),
  scopes: z.array(Scope).max(20).default(['openid', 'email', 'profile']),
  enabled: z.boolean().default(true),
  /** Whether the login page may name it to anybody. */
  listed: z.boolean().default(false),
  /**
   * What becomes of somebody without an account here: refused, tied to the account that has the address the provider has
   * verified, or given an account if there is none. All but `none` is for who holds every permission that any role allows.
   */
  provisioning: z.enum(['none', 'link', 'create']).default('none'),
  /** Addresses of other domains are not tied to accounts and get none; any domain when empty, which `create` does not take. */
  emailDomains: z.array(z.hostname().max(253).toLowerCase()).max(100).default([]),
  /** The claim of the ID token that `roleMapping` reads, e.g. `groups`; roles are left to us when null. */
  roleClaim: z.string().min(1).max(128).nullable().default(null),
  roleMapping: z
    .array(z.strictObject({ value: z.string().min(1).max(256), roles: Roles }))
    .max(200)
    .default([]),
  /** Roles of everybody who gets an account. */
  defaultRoles: Roles.default([]),
} as const;

/** An OpenID provider that people of a tenant may log in with. */
export const IdentityProvider = z.object({
  ...settings,
  id: Uuid,
  slug: ProviderSlug,
  hasSecret: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type IdentityProvider = z.infer<typeof IdentityProvider>;

/** What decides who comes in as whom. */
const shown = [
  'issuer',
  'clientId',
  'enabled',
  'provisioning',
  'emailDomains',
  'roleClaim',
  'roleMapping',
  'defaultRoles',
] as const;

/** A provider that anybody can join would give everybody an account. */
const namesItsDomains = ({ provisioning, emailDomains }: Pick<IdentityProvider, 'provisioning' | 'emailDomains'>) =>
  provisioning !== 'create' || emailDomains.length > 0;
const domainsMissing = { path: ['emailDomains'], error: 'must name the domains of those who get an account' };

const ClientSecret = z.string().min(1).max(1024);
const ProviderParams = z.strictObject({ id: Uuid });

export const ListIdentityProviders = endpoint({
  id: 'listIdentityProviders',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/identity-providers',
  summary: 'The OpenID providers of the tenant, oldest first.',
  permission: 'identity-providers:write',
  query: PageQuery,
  responses: { 200: page(IdentityProvider) },
});

export const CreateIdentityProvider = endpoint({
  id: 'createIdentityProvider',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/identity-providers',
  summary: 'Lets people of the tenant log in with an OpenID provider. Whoever may do so decides who logs in as whom.',
  permission: 'identity-providers:write',
  audit: 'identity_provider.create',
  auditFields: ['slug', ...shown],
  body: z
    .strictObject({ ...settings, slug: ProviderSlug, clientSecret: ClientSecret.optional() })
    .refine(namesItsDomains, domainsMissing),
  responses: { 201: IdentityProvider },
  errors: { 409: ['auth.provider_exists'], 422: ['auth.permission_not_held', 'auth.destination_refused'] },
});

export const ReplaceIdentityProvider = endpoint({
  id: 'replaceIdentityProvider',
  service: 'auth',
  method: 'PUT',
  url: '/api/v1/auth/identity-providers/:id',
  summary: 'Changes a provider. Without a secret the old one stays, unless the issuer is another.',
  permission: 'identity-providers:write',
  audit: 'identity_provider.replace',
  auditFields: shown,
  params: ProviderParams,
  body: z
    .strictObject({ ...settings, clientSecret: ClientSecret.nullable().optional() })
    .refine(namesItsDomains, domainsMissing),
  responses: { 200: IdentityProvider },
  errors: {
    404: ['auth.provider_not_found'],
    422: ['auth.permission_not_held', 'auth.destination_refused', 'auth.secret_required'],
  },
});

export const DeleteIdentityProvider = endpoint({
  id: 'deleteIdentityProvider',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/identity-providers/:id',
  summary: 'Forgets a provider and whose accounts were tied to it; accounts and open sessions stay.',
  permission: 'identity-providers:write',
  audit: 'identity_provider.delete',
  params: ProviderParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.provider_not_found'] },
});
