import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

export const GetGatewayJwks = endpoint({
  id: 'getGatewayJwks',
  service: 'gateway',
  method: 'GET',
  url: '/.well-known/jwks.json',
  summary: 'For the services: the public keys of the tokens by which the gateway says who asks (RFC 7517).',
  permission: 'public',
  responses: {
    200: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('EC'),
          crv: z.literal('P-256'),
          kid: z.string(),
          alg: z.literal('ES256'),
          use: z.literal('sig'),
          x: z.string(),
          y: z.string(),
        }),
      ),
    }),
  },
});
