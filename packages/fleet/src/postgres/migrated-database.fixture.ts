import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { schemaSources } from '../schemas.ts';
import { TEST_PASSWORD } from '../testing/provided.ts';
import { copyTemplateDatabase } from '../testing/template-database.ts';
import { dropDatabase, roleOf } from './roles-repository.ts';

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
  const sources = schemaSources();
  await copyTemplateDatabase(database, sources);
  const admin = new URL(inject('postgresUrl'));
  admin.pathname = database;
  return {
    adminUrl: admin.href,
    urlOf: (service) => {
      const url = new URL(admin.href);
      Object.assign(url, { username: roleOf(service), password: TEST_PASSWORD });
      return url.href;
    },
    schemas: sources.map(({ schema }) => schema),
    drop: () => dropDatabase(inject('postgresUrl'), database),
  };
}
