import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import { inject } from 'vitest';
import { dropDatabase, ensureDatabase, roleOf } from '../postgres/roles-repository.ts';
import { ensureSchemas } from '../postgres/schemas-repository.ts';
import { TEST_PASSWORD } from './provided.ts';

export interface TestDatabase {
  /** Connects the service's own role. */
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A new, empty database on the PostgreSQL of the tests, with the role and the schema of one service. */
export async function createTestDatabase(service: ServiceName): Promise<TestDatabase> {
  const { urlOf, drop } = await createSharedTestDatabase([service]);
  return { url: urlOf(service), drop };
}

export interface SharedTestDatabase {
  /** Connects the superuser. */
  readonly adminUrl: string;
  /** Connects one service's own role. */
  readonly urlOf: (service: ServiceName) => string;
  readonly drop: () => Promise<void>;
}

/**
 * A new, empty database with the roles and the schemas of several services. `serverUrl` connects a superuser to a server
 * that has the services' roles; the server of the tests when absent.
 */
export async function createSharedTestDatabase(
  services: readonly ServiceName[],
  serverUrl: string = inject('postgresUrl'),
): Promise<SharedTestDatabase> {
  const database = `${services[0] ?? 'test'}_${randomBytes(6).toString('hex')}`;
  const adminUrl = new URL(serverUrl);
  adminUrl.pathname = database;
  await ensureDatabase(serverUrl, database);
  await ensureSchemas(
    adminUrl.href,
    database,
    services.map((schema) => ({ schema, role: roleOf(schema) })),
  );
  return {
    adminUrl: adminUrl.href,
    urlOf: (service) => {
      const url = new URL(adminUrl);
      url.username = roleOf(service);
      url.password = TEST_PASSWORD;
      return url.href;
    },
    drop: () => dropDatabase(serverUrl, database),
  };
}
