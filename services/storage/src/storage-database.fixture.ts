import { createDbCluster, type DbCluster } from '@soc/db-cluster';
import { createTestDatabase } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';

/** A database of storage's own, for one test file. */
export interface TestStorageDatabase {
  readonly db: DbCluster;
  readonly close: () => Promise<void>;
}

/** As the service connects to it. */
export const connectStorage = (url: string): DbCluster =>
  createDbCluster({
    primaryUrl: url,
    replicaUrls: [],
    applicationName: 'storage-test',
    registry: createRegistry('storage', 'test'),
    onError: () => undefined,
  });

export async function openStorageDatabase(): Promise<TestStorageDatabase> {
  const database = await createTestDatabase('storage', [
    messagingMigrations,
    new URL('../migrations/', import.meta.url),
  ]);
  const db = connectStorage(database.url);
  return {
    db,
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}
