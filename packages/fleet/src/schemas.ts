import { ServiceName } from '@soc/contracts';
import { migrate } from '@soc/db-cluster';
import { messagingMigrations } from '@soc/messaging';
import { tellStep } from './fleet-event.ts';
import type { FleetPlan } from './fleet-plan.ts';
import { urlOf } from './postgres/connection.ts';
import { ensureDatabase, ensureRoles, roleOf } from './postgres/roles-repository.ts';
import { ensureSchemas, ensureStatementStatistics } from './postgres/schemas-repository.ts';
import type { Primary } from './postgres/start-primary.ts';
import type { FleetSecrets } from './secrets/fleet-secrets.ts';
import { migrationsOf } from './services.ts';
import { eachAtMost } from './together.ts';

/** The one database; each service has a schema of its own in it. */
export const DATABASE = 'soc';

/** Connects a service's role to a server, by TLS unless told otherwise. */
export function serviceDatabaseUrl(
  service: ServiceName,
  port: number,
  { postgres, authorityFile }: FleetSecrets,
  byTls = true,
): string {
  const login = { user: roleOf(service), password: postgres.services[service], database: DATABASE };
  return urlOf({ port, ...login, ...(byTls && { authorityFile }) });
}

/** A schema and the folders of its migrations, in the order they run. */
export interface SchemaSource {
  readonly schema: ServiceName;
  readonly directories: readonly URL[];
}

/** The schemas of the fleet: one a service that has migrations, first the bus's tables, then its own. */
export const schemaSources = (): readonly SchemaSource[] =>
  ServiceName.options.flatMap((schema) => {
    const own = migrationsOf(schema);
    return own ? [{ schema, directories: [messagingMigrations, own] }] : [];
  });

/** Makes the database, a role and a schema for each service, and migrates each schema as its own role. */
export async function bringUpSchemas(plan: FleetPlan, primary: Primary): Promise<void> {
  const { secrets, layout, onEvent } = plan;
  const sources = schemaSources();
  const services = sources.map(({ schema }) => ({
    schema,
    role: roleOf(schema),
    password: secrets.postgres.services[schema],
  }));
  await tellStep('Roles', onEvent, async () => {
    await ensureDatabase(primary.adminUrl(), DATABASE);
    await ensureRoles(primary.adminUrl(), services);
    await ensureSchemas(primary.adminUrl(DATABASE), DATABASE, services);
    await ensureStatementStatistics(primary.adminUrl(DATABASE));
  });
  await tellStep('Migrations', onEvent, () =>
    eachAtMost(2, sources, async ({ schema, directories }) => {
      const url = serviceDatabaseUrl(schema, layout.postgresPort, secrets);
      const applied = await migrate({ url, schema, directories });
      if (applied.length > 0) onEvent({ kind: 'note', text: `${schema}: ${applied.length} migrations applied` });
    }),
  );
}
