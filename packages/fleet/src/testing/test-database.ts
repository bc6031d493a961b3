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
  const adminUrl = inject('postgresUrl');
  const database = `${service}_${randomBytes(6).toString('hex')}`;
  const url = new URL(adminUrl);
  url.pathname = database;
  await ensureDatabase(adminUrl, database);
  await ensureSchemas(url.href, database, [{ schema: service, role: roleOf(service) }]);
  url.username = roleOf(service);
  url.password = TEST_PASSWORD;
  return { url: url.href, drop: () => dropDatabase(adminUrl, database) };
}
