import type { Principal } from '@soc/identity';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; undefined on public endpoints and before authentication. */
    principal: Principal | undefined;
  }
}
