import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ServiceName } from '../service-name.ts';

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

const Name = z.string().min(1).max(64);
const Secret = z.string().min(1).max(256);

/**
 * Client credentials as RFC 6749, section 4.4, names them, in a form or in JSON, with the client's id and secret in the body
 * or as HTTP Basic; or by our own names. Which of them are missing is told by name.
 */
const ServiceCredentials = z
  .strictObject({
    grant_type: z.literal('client_credentials').optional(),
    client_id: Name.optional(),
    client_secret: Secret.optional(),
    serviceName: Name.optional(),
    secret: Secret.optional(),
    /** The one service that the token is for. */
    audience: ServiceName.default('auth'),
  })
  .superRefine((body, context) => {
    const isOurs = body.serviceName !== undefined || body.secret !== undefined;
    const [needed, foreign] = isOurs
      ? ([
          ['serviceName', 'secret'],
          ['grant_type', 'client_id', 'client_secret'],
        ] as const)
      : ([['grant_type'], []] as const);
    for (const name of needed) {
      if (body[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: 'is missing' });
    }
    for (const name of foreign) {
      if (body[name] !== undefined) context.addIssue({ code: 'custom', path: [name], message: 'says the same twice' });
    }
  });

export const CreateServiceToken = endpoint({
  id: 'createServiceToken',
  service: 'auth',
  method: 'POST',
  url: '/api/v1/auth/service-token',
  summary:
    'A token of five minutes for a service of the fleet, good at one other service (OAuth 2.0 client credentials).',
  permission: 'public',
  audit: 'service_token.create',
  auditFields: ['serviceName', 'client_id', 'audience'],
  bodyKind: 'form',
  body: ServiceCredentials,
  responses: {
    200: z.object({
      accessToken: z.string(),
      expiresInS: z.number().int(),
      /** The same by the names of RFC 6749, section 5.1. */
      access_token: z.string(),
      token_type: z.literal('Bearer'),
      expires_in: z.number().int(),
    }),
  },
  errors: { 401: ['auth.bad_credentials'] },
});
