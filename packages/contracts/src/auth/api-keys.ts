import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Permission } from '../permission.ts';
import { page, PageQuery, Timestamp, Uuid } from '../primitives.ts';
import { DisplayName } from './account.ts';

/** A machine's credential. What it may do is bounded, at every use, by what the person who made it may do. */
export const ApiKey = z.object({
  id: Uuid,
  name: z.string(),
  /** The first characters of the key, to tell keys apart. */
  prefix: z.string(),
  permissions: z.array(Permission),
  createdBy: Uuid,
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  revokedAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const ListApiKeys = endpoint({
  id: 'listApiKeys',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/api-keys',
  summary: 'The API keys of the tenant, oldest first, revoked ones included.',
  permission: 'api-keys:write',
  query: PageQuery,
  responses: { 200: page(ApiKey) },
});

export const CreateApiKey = endpoint({
  id: 'createApiKey',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/api-keys',
  summary: 'Creates an API key; the answer is the only place the key is ever shown.',
  permission: 'api-keys:write',
  audit: 'api_key.create',
  auditFields: ['name', 'permissions', 'expiresAt'],
  body: z.strictObject({
    name: DisplayName,
    permissions: z
      .array(Permission)
      .min(1)
      .max(Permission.options.length)
      .transform((permissions) => [...new Set(permissions)]),
    expiresAt: Timestamp.optional(),
  }),
  responses: { 201: ApiKey.extend({ key: z.string() }) },
  errors: { 403: ['auth.not_a_person'], 422: ['auth.permission_not_held', 'auth.already_expired'] },
});

export const RevokeApiKey = endpoint({
  id: 'revokeApiKey',
  service: 'auth',
  method: 'DELETE',
  url: '/api/v1/auth/api-keys/:id',
  summary: 'Revokes an API key; revoking it again changes nothing.',
  permission: 'api-keys:write',
  audit: 'api_key.revoke',
  params: z.strictObject({ id: Uuid }),
  responses: { 204: z.undefined() },
  errors: { 404: ['auth.api_key_not_found'] },
});

export const ExchangeApiKey = endpoint({
  id: 'exchangeApiKey',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/api-keys/exchange',
  summary: 'For the gateway: an access token for the holder of an API key.',
  permission: 'tokens:exchange',
  audit: 'api_key.exchange',
  body: z.strictObject({ key: z.string().min(1).max(256) }),
  responses: { 200: z.object({ accessToken: z.string(), expiresInS: z.number().int() }) },
  errors: { 404: ['auth.api_key_unknown'] },
});
