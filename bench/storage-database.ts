import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { createSharedTestDatabase, makeTemporaryDirectory, startTestPostgres } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { treeMs } from './cpu.ts';

/** The schema of storage on a PostgreSQL of its own. */
export interface StorageDatabase {
  readonly db: DbCluster;
  /** Connects a superuser to the same database. */
  readonly adminUrl: string;
  /** CPU milliseconds that the server has used so far. */
  readonly serverMs: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** `isDurable`: it syncs, as in production. With `tenantRole`, requests of a tenant have its policies in force. */
export async function openStorageDatabase(options: {
  readonly isDurable: boolean;
  readonly tenantRole?: string;
  readonly onError?: (error: Error) => void;
}): Promise<StorageDatabase> {
  const { isDurable, onError = () => undefined, ...rest } = options;
  const directory = await makeTemporaryDirectory('bench-storage');
  const server = await startTestPostgres(directory.path, isDurable);
  const database = await createSharedTestDatabase(['storage'], server.url);
  const own = new URL('../services/storage/migrations/', import.meta.url);
  await migrate({ url: database.urlOf('storage'), schema: 'storage', directories: [messagingMigrations, own] });
  const db = createDbCluster({
    ...rest,
    primaryUrl: database.urlOf('storage'),
    replicaUrls: [],
    applicationName: 'bench',
    registry: createRegistry('bench', 'bench'),
    onError,
  });
  const pid = Number((await readFile(join(server.directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  return {
    db,
    adminUrl: database.adminUrl,
    serverMs: () => treeMs(pid),
    close: async () => {
      await db.close();
      await server.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}
