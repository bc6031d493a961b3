import type { DbCluster } from '@soc/db-cluster';
import { type FleetClient, logIn } from '@soc/fleet';
import { inject } from 'vitest';
import { openFleetDatabase } from '../support/test-fleet.ts';
import type { WholeFleet } from './provided.ts';

export interface JoinedFleet {
  readonly fleet: WholeFleet;
  /** The administrator, through the gateway. */
  readonly client: FleetClient;
  /** Looks past the API, as the superuser. */
  readonly db: DbCluster;
  readonly leave: () => Promise<void>;
}

/** The fleet that the files of this folder share. What one does in it the others meet: names are to be its own. */
export async function joinFleet(): Promise<JoinedFleet> {
  const fleet = inject('wholeFleet');
  const db = openFleetDatabase(fleet.databaseUrl);
  return { fleet, db, client: await logIn(fleet.gatewayUrl, fleet.admin), leave: () => db.close() };
}
