import { tenantRoleOf } from '@soc/db-cluster';
import pg from 'pg';
import { AUDIT_ROLE } from './audit-repository.ts';
import { withConnection } from './connection.ts';
import { scramVerifier } from './scram-verifier.ts';

const { escapeIdentifier, escapeLiteral } = pg;

/** A service's login role, and the schema of the same service that it alone owns. */
export interface ServiceRole {
  readonly schema: string;
  readonly role: string;
  readonly password: string;
}

export const roleOf = (service: string): string => `soc_${service}`;

/** What no role of ours may do, whatever a role of that name could before. */
const POWERLESS = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls';

/** Nine processes, the most a service may have, with a pool of eight and two sessions beside it; half of what there is. */
const CONNECTIONS_PER_ROLE = 100;

/** Where a client says nothing else: nothing runs, waits or holds its locks for ever. */
const ROLE_SETTINGS = {
  statement_timeout: '60s',
  lock_timeout: '20s',
  // Longer than a handler may take between two statements of its transaction, short enough that one left open is no damage.
  idle_in_transaction_session_timeout: '5min',
} as const;

/** Makes the database when it is not there. `adminUrl` connects a superuser to another one. */
export async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`);
  });
}

/** Drops a database, with whoever is still connected to it. */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await withConnection(adminUrl, (client) =>
    client.query(`drop database if exists ${escapeIdentifier(database)} with (force)`),
  );
}

/**
 * Makes the roles of services: one that logs in and owns its schema, and one without login that requests work as, under
 * row-level security, which the first may become but whose rights it does not inherit; and the role that owns the audit.
 * Those that are there get the passwords given. Safe to repeat, not to do twice at once.
 */
export async function ensureRoles(adminUrl: string, services: readonly ServiceRole[]): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const names = services.flatMap(({ role }) => [role, tenantRoleOf(role)]);
    const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
      [AUDIT_ROLE, ...names],
    ]);
    const existing = new Set(rows.map(({ rolname }) => rolname));
    const makeRole = (role: string, rights: string): string =>
      `${existing.has(role) ? 'alter' : 'create'} role ${escapeIdentifier(role)} ${POWERLESS} ${rights}`;
    const statements = services.flatMap(({ role, password }) => [
      makeRole(
        role,
        `login connection limit ${CONNECTIONS_PER_ROLE} password ${escapeLiteral(scramVerifier(password))}`,
      ),
      makeRole(tenantRoleOf(role), 'nologin'),
      `grant ${escapeIdentifier(tenantRoleOf(role))} to ${escapeIdentifier(role)} with inherit false, set true, admin false`,
      ...Object.entries(ROLE_SETTINGS).map(
        ([name, value]) => `alter role ${escapeIdentifier(role)} set ${name} = ${escapeLiteral(value)}`,
      ),
    ]);
    await client.query([makeRole(AUDIT_ROLE, 'nologin'), ...statements].join(';\n'));
  });
}
