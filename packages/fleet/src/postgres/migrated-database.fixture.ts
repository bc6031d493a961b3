import { randomBytes } from 'node:crypto';
import { migrate } from '@soc/db-cluster';
import { inject } from 'vitest';
import { schemaSources } from '../schemas.ts';
import { TEST_PASSWORD } from '../testing/provided.ts';
import { dropDatabase, ensureDatabase, roleOf } from './roles-repository.ts';
import { ensureSchemas } from './schemas-repository.ts';

export interface MigratedDatabase {
  /** Connects the superuser. */
  readonly adminUrl: string;
  /** Connects the login role of a service. */
  readonly urlOf: (service: string) => string;
  readonly schemas: readonly string[];
  readonly drop: () => Promise<void>;
}

/** A database with the schemas of all services, as the fleet makes it. */
export async function createMigratedDatabase(): Promise<MigratedDatabase> {
  const database = `fleet_${randomBytes(6).toString('hex')}`;
  const admin = new URL(inject('postgresUrl'));
  await ensureDatabase(admin.href, database);
  admin.pathname = database;
  const sources = schemaSources();
  await ensureSchemas(
    admin.href,
    database,
    sources.map(({ schema }) => ({ schema, role: roleOf(schema) })),
  );
  const urlOf = (service: string): string => {
    const url = new URL(admin.href);
    Object.assign(url, { username: roleOf(service), password: TEST_PASSWORD });
    return url.href;
  };
  for (const { schema, directories } of sources) await migrate({ url: urlOf(schema), schema, directories });
  return {
    adminUrl: admin.href,
    urlOf,
    schemas: sources.map(({ schema }) => schema),
    drop: () => dropDatabase(inject('postgresUrl'), database),
  };
}
