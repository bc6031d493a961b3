import type { BusService } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import type { BusOperations } from '@soc/messaging';

/** What the operations of the bus need of a service. */
export interface BusRouteDeps {
  readonly service: BusService;
  readonly db: DbCluster;
  readonly operations: BusOperations;
  /** Only principals of this tenant may operate the bus. */
  readonly operatorTenant: string;
}

/** Lets pass who belongs to the tenant that runs the fleet, and tells how the trail names them. Throws 403. */
export type Operator = (principal: Principal) => {
  readonly kind: Principal['kind'];
  readonly id: string;
  readonly name: string;
};
