import { createDbCluster, type DbCluster } from '@soc/db-cluster';
import { type Fleet, type FleetClient, type FleetOptions, logIn, startFleet, thisHost } from '@soc/fleet';
import { makeTemporaryDirectory, takeFreePorts } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';

export interface TestFleet {
  readonly fleet: Fleet;
  /** The administrator, through the gateway. */
  readonly client: FleetClient;
  /** Looks past the API, as the superuser. */
  readonly db: DbCluster;
  readonly close: () => Promise<void>;
}

/** Ports of a fleet lie within this span of its base. */
const SPAN = 1_100;

async function freePortBase(): Promise<number> {
  const [port] = await takeFreePorts(1);
  return Math.min(port, 65_535 - SPAN);
}

/** The whole fleet as `npm start` boots it, in a folder of its own; without fsync unless asked. */
export async function startTestFleet(options: Partial<FleetOptions> = {}): Promise<TestFleet> {
  const directory = await makeTemporaryDirectory('fleet');
  const fleet = await startFleet({
    host: thisHost(),
    dataDirectory: directory.path,
    portBase: await freePortBase(),
    isDurable: false,
    logLevel: 'warn',
    ...options,
  });
  const db = openFleetDatabase(fleet.postgres.adminUrl);
  return {
    fleet,
    client: await logIn(fleet.gatewayUrl, fleet.admin),
    db,
    close: async () => {
      await db.close();
      await fleet.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Connects as a test does that looks past the API. */
export const openFleetDatabase = (primaryUrl: string): DbCluster =>
  createDbCluster({
    primaryUrl,
    replicaUrls: [],
    poolSize: 2,
    applicationName: 'tests',
    registry: createRegistry('tests', 'tests'),
    onError: () => undefined,
  });
