import pg from 'pg';
import { withConnection } from './connection.ts';

const { escapeIdentifier, escapeLiteral } = pg;

/** A service's login role, and the schema of the same service that it alone owns. */
export interface ServiceRole {
  readonly schema: string;
  readonly role: string;
  readonly password: string;
}

export const roleOf = (service: string): string => `soc_${service}`;

/** Drops a database, with whoever is still connected to it. */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await withConnection(adminUrl, (client) =>
    client.query(`drop database if exists ${escapeIdentifier(database)} with (force)`),
  );
}

/** Makes the database when it is not there. `adminUrl` connects a superuser to another one. */
export async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`);
  });
}

/** Makes the login roles of services; those that are there get the passwords given. Safe to repeat, not to do twice at once. */
export async function ensureRoles(adminUrl: string, services: readonly ServiceRole[]): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
      services.map(({ role }) => role),
    ]);
    const existing = new Set(rows.map(({ rolname }) => rolname));
    const statements = services.map(({ role, password }) => {
      const verb = existing.has(role) ? 'alter' : 'create';
      return `${verb} role ${escapeIdentifier(role)} login nosuperuser nocreatedb nocreaterole password ${escapeLiteral(password)}`;
    });
    await client.query(statements.join(';\n'));
  });
}

/**
 * Gives each role its schema in a database, and takes from everybody what nobody needs: no role may connect without being
 * named, create anything outside its own schema, or make temporary tables. Safe to repeat. `adminUrl` connects a
 * superuser to the database.
 */
export async function ensureSchemas(
  adminUrl: string,
  database: string,
  services: readonly Omit<ServiceRole, 'password'>[],
): Promise<void> {
  const name = escapeIdentifier(database);
  const closedToPublic = [`revoke all on database ${name} from public`, 'revoke all on schema public from public'];
  const opened = services.flatMap(({ schema, role }) => [
    `grant connect on database ${name} to ${escapeIdentifier(role)}`,
    `create schema if not exists ${escapeIdentifier(schema)} authorization ${escapeIdentifier(role)}`,
    `alter role ${escapeIdentifier(role)} in database ${name} set search_path = ${escapeIdentifier(schema)}`,
  ]);
  await withConnection(adminUrl, (client) =>
    client.query(['begin', ...closedToPublic, ...opened, 'commit'].join(';\n')),
  );
}
