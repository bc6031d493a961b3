import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import { inject } from 'vitest';
import { dropDatabase, ensureDatabase, roleOf } from '../postgres/roles-repository.ts';
import { ensureSchemas } from '../postgres/schemas-repository.ts';
import { TEST_PASSWORD } from './provided.ts';
import { copyTemplateDatabase } from './template-database.ts';

export interface TestDatabase {
  /** Connects the service's own role. */
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/**
 * A new database on the PostgreSQL of the tests, with the role and the schema of one service: empty, or as the migrations of
 * these folders make it.
 */
export async function createTestDatabase(
  service: ServiceName,
  directories: readonly URL[] = [],
): Promise<TestDatabase> {
  const database = newName(service);
  await copyTemplateDatabase(database, [{ schema: service, directories }]);
  const serverUrl = inject('postgresUrl');
  return { url: urlIn(serverUrl, database, service), drop: () => dropDatabase(serverUrl, database) };
}

const newName = (first: string): string => `${first}_${randomBytes(6).toString('hex')}`;

function urlIn(serverUrl: string, database: string, service: ServiceName): string {
  const url = new URL(serverUrl);
  Object.assign(url, { pathname: database, username: roleOf(service), password: TEST_PASSWORD });
  return url.href;
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
  const database = newName(services[0] ?? 'test');
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
    urlOf: (service) => urlIn(serverUrl, database, service),
    drop: () => dropDatabase(serverUrl, database),
  };
}
