import type { Principal } from '@soc/identity';
import { forbidden } from '@soc/service-kit';

/**
 * Lets pass who belongs to the tenant that runs the fleet. What serves all tenants is not for the administrators of each,
 * although they hold the same permissions. Throws 403.
 */
export function demandOperator({ tenantId }: Principal, operatorTenant: string): void {
  if (tenantId !== operatorTenant) {
    throw forbidden('gateway.not_operator', 'the fleet is operated by the tenant that runs it');
  }
}
