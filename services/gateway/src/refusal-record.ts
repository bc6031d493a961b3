import { HttpProblem } from '@soc/service-kit';
import type { FastifyInstance } from 'fastify';
import type { GatewayDeps } from './deps.ts';

const REFUSALS = [401, 403, 429];

/**
 * Records in the audit trail whom the gateway itself turns away from an endpoint of a service: without or with a bad token or
 * key, without the permission, too often; what repeats is merged. Its own endpoints, and what the services refuse, are
 * recorded where they are.
 */
export function recordRefusals(app: FastifyInstance, { audit }: Pick<GatewayDeps, 'audit'>): void {
  app.addHook('onError', (request, _reply, error: unknown, done) => {
    const spec = request.routeOptions.config.forwards;
    if (spec && error instanceof HttpProblem && REFUSALS.includes(error.status)) {
      audit.refuse({
        action: 'endpoint.call',
        outcome: 'denied',
        tenantId: request.principal?.tenantId ?? 'default',
        target: { type: 'endpoint', id: spec.id },
        reason: error.code,
        details: { permission: spec.permission },
        request,
      });
    }
    done();
  });
}
