import type { ServiceName } from '@soc/contracts';
import type { Audit } from '@soc/service-kit';
import type { Principal } from '@soc/identity';
import type { FastifyRequest } from 'fastify';

/** What an operator did to an instance, or to a whole service. */
export interface OperatorAct {
  readonly action: 'instance.drain' | 'instance.undrain' | 'breaker.order';
  readonly service: ServiceName;
  readonly instance?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Tells the log and the audit trail. */
export async function recordAct(
  audit: Audit,
  { principal, request }: { readonly principal: Principal; readonly request: FastifyRequest },
  { action, service, instance, details }: OperatorAct,
): Promise<void> {
  request.log.info({ action, service, instance, ...details, principal: principal.subject }, 'order of an operator');
  await audit.record(undefined, {
    action,
    outcome: 'success',
    tenantId: principal.tenantId,
    target: { type: instance === undefined ? 'service' : 'instance', id: instance ?? service },
    details,
    request,
  });
}
