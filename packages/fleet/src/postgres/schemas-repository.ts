import { tenantRoleOf } from '@soc/db-cluster';
import pg from 'pg';
import { auditStatements } from './audit-repository.ts';
import { withConnection } from './connection.ts';
import type { ServiceRole } from './roles-repository.ts';

const { escapeIdentifier } = pg;

/**
 * Operators whose functions cannot tell what they were given (no error, no notice, no side effect depends on a value):
 * `tsvector @@ tsquery` and `inet >>= inet`. PostgreSQL may then ask an index with them before it has seen to which tenant a
 * row belongs (ADR 0016). Where nobody is allowed to say so, on a managed server, answers are the same and searches slower.
 */
const LEAKPROOF = ['ts_match_vq(tsvector, tsquery)', 'network_supeq(inet, inet)'] as const;

/** Only where it is not so yet: an `alter` of what is would leave a dead row in the catalogue at every start. */
const markLeakproof = `do $$ declare operator regprocedure; begin
  foreach operator in array '{"${LEAKPROOF.join('","')}"}'::regprocedure[] loop
    if not (select proleakproof from pg_proc where oid = operator) then
      execute format('alter function %s leakproof', operator);
    end if;
  end loop;
end $$`;

/**
 * Gives each role its schema in a database, and takes from everybody what nobody needs: no role may connect without being
 * named, create anything outside its own schema, or make temporary tables. The role of a service's tenants may read and
 * change rows of what its service makes there, and nothing else. Safe to repeat; `ensureRoles` comes first. `adminUrl`
 * connects a superuser to the database.
 */
export async function ensureSchemas(
  adminUrl: string,
  database: string,
  services: readonly Omit<ServiceRole, 'password'>[],
): Promise<void> {
  const opened = services.flatMap(({ schema: schemaName, role: roleName }) => {
    const [schema, role, tenant] = [schemaName, roleName, tenantRoleOf(roleName)].map(escapeIdentifier);
    const byDefault = `alter default privileges for role ${role} in schema ${schema} grant`;
    return [
      `create schema if not exists ${schema} authorization ${role}`,
      `grant usage on schema ${schema} to ${tenant}`,
      `${byDefault} select, insert, update, delete on tables to ${tenant}`,
      `${byDefault} usage on sequences to ${tenant}`,
    ];
  });
  const audit = auditStatements(services.map(({ role }) => role));
  const access = accessStatements(database, services);
  const closedToPublic = 'revoke all on schema public from public';
  await withConnection(adminUrl, (client) =>
    client.query(['begin', ...access, closedToPublic, ...opened, ...audit, markLeakproof, 'commit'].join(';\n')),
  );
}

/** Makes the statistics of statements readable for superusers of the database; the server has to have loaded their library. */
export const ensureStatementStatistics = (adminUrl: string): Promise<void> =>
  withConnection(adminUrl, async (client) => {
    await client.query('create extension if not exists pg_stat_statements with schema public');
  });

/** Who may connect to a database, and what they find there: kept by the server, so that no copy of a database has it. */
export function accessStatements(
  database: string,
  services: readonly Omit<ServiceRole, 'password'>[],
): readonly string[] {
  const name = escapeIdentifier(database);
  const opened = services.flatMap(({ schema, role }) => [
    `grant connect on database ${name} to ${escapeIdentifier(role)}`,
    `alter role ${escapeIdentifier(role)} in database ${name} set search_path = ${escapeIdentifier(schema)}`,
  ]);
  return [`revoke all on database ${name} from public`, ...opened];
}
