import type { AuditFilter } from '@soc/contracts/auth/audit';
import type { Principal } from '@soc/identity';
import { isAllowed } from '@soc/identity';
import { forbidden } from '@soc/service-kit';

/** Which tenant's records a principal asks for; undefined for those of all. Throws 403 for who may not ask for all. */
export function tenantAskedFor(
  { scope }: Pick<AuditFilter, 'scope'>,
  principal: Principal,
  operatorTenant: string,
): string | undefined {
  if (scope !== 'fleet') return principal.tenantId;
  if (principal.tenantId !== operatorTenant || !isAllowed(principal, 'fleet:operate')) {
    throw forbidden('auth.not_operator', 'the records of all tenants are for who operates the fleet');
  }
  return undefined;
}
