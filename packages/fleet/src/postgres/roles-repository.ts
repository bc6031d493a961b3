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

/** Makes the database when it is not there. `adminUrl` connects a superuser to another one. */
export async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`);
  });
}

/**
 * Gives each service its role and its schema in the database of `adminUrl`, and takes from everybody what nobody needs: no
 * role may connect without being named, create anything outside its own schema, or make temporary tables. Safe to repeat;
 * passwords are set to the ones given.
 */
export async function ensureServiceRoles(
  adminUrl: string,
  database: string,
  services: readonly ServiceRole[],
): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
      services.map(({ role }) => role),
    ]);
    const existing = new Set(rows.map(({ rolname }) => rolname));
    const statements = services.flatMap((service) => statementsFor(database, service, existing.has(service.role)));
    await client.query(['begin', ...closedToPublic(database), ...statements, 'commit'].join(';\n'));
  });
}

const closedToPublic = (database: string): readonly string[] => [
  `revoke all on database ${escapeIdentifier(database)} from public`,
  'revoke all on schema public from public',
];

function statementsFor(
  database: string,
  { schema, role, password }: ServiceRole,
  roleExists: boolean,
): readonly string[] {
  const name = escapeIdentifier(role);
  return [
    `${roleExists ? 'alter' : 'create'} role ${name} login nosuperuser nocreatedb nocreaterole password ${escapeLiteral(password)}`,
    `grant connect on database ${escapeIdentifier(database)} to ${name}`,
    `create schema if not exists ${escapeIdentifier(schema)} authorization ${name}`,
    `alter role ${name} in database ${escapeIdentifier(database)} set search_path = ${escapeIdentifier(schema)}`,
  ];
}
