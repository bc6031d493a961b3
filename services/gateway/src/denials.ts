import type { Audit } from '@soc/service-kit';
import { HttpProblem } from '@soc/service-kit';
import type { FastifyRequest } from 'fastify';
import type { RateRule } from './domain/gcra.ts';
import { createLocalLimiter } from './local-limiter.ts';

/** A record each for what a person does, and no more than this for what a flood does. */
const RECORDS: RateRule = { name: 'records', perS: 1, burst: 20 };

/**
 * Records in the audit trail who was refused (401, 403 and 429) on the way to a service. Of one caller at most 20 at once and
 * one a second: whoever knocks without end must not fill the trail. The next record tells how many were left out.
 */
export function createDenials(audit: Audit): (request: FastifyRequest, error: unknown) => void {
  const limiter = createLocalLimiter(() => performance.now());
  const leftOut = new Map<string, number>();
  return (request, error) => {
    const { forwards } = request.routeOptions.config;
    if (!forwards || !(error instanceof HttpProblem) || ![401, 403, 429].includes(error.status)) return;
    const { principal } = request;
    const key = principal ? `${principal.tenantId}:${principal.subject}` : request.ip;
    if (!limiter.take({ key, rule: RECORDS }).allowed) {
      if (leftOut.size < 10_000 || leftOut.has(key)) leftOut.set(key, (leftOut.get(key) ?? 0) + 1);
      return;
    }
    const more = leftOut.get(key);
    leftOut.delete(key);
    void audit.record(undefined, {
      action: 'endpoint.call',
      outcome: 'denied',
      tenantId: principal?.tenantId ?? 'default',
      target: { type: 'endpoint', id: forwards.id },
      reason: error.code,
      details: { permission: forwards.permission, ...(more !== undefined && { leftOut: more }) },
      request,
    });
  };
}
