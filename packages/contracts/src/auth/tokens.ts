import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

export const GetJwks = endpoint({
  id: 'getJwks',
  service: 'auth',
  method: 'GET',
  url: '/api/v1/auth/.well-known/jwks.json',
  summary: 'The public keys of access tokens (RFC 7517).',
  permission: 'public',
  responses: {
    200: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('RSA'),
          kid: z.string(),
          alg: z.literal('RS256'),
          use: z.literal('sig'),
          n: z.string(),
          e: z.string(),
        }),
      ),
    }),
  },
});

export const CreateServiceToken = endpoint({
  id: 'createServiceToken',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/service-token',
  summary: 'An access token for a service of the fleet, for its own secret.',
  permission: 'public',
  body: z.strictObject({ serviceName: z.string().min(1).max(64), secret: z.string().min(1).max(256) }),
  responses: { 200: z.object({ accessToken: z.string(), expiresInS: z.number().int() }) },
  errors: { 401: ['auth.bad_credentials'] },
});
