import pg from 'pg';
import { withConnection } from './connection.ts';
import { scramVerifier } from './scram-verifier.ts';

const { escapeIdentifier, escapeLiteral } = pg;

/** The least that RFC 7677 recommends: the driver of the exporters refuses the one that is enough for random passwords. */
const SCRAM_ITERATIONS = 4096;

/** Enough for the exporters of a primary and a replica, which each keep a connection or two. */
const CONNECTIONS = 10;

/** Makes the role that exporters log in as, which reads the statistics of the server and no table of ours. Safe to repeat. */
export async function ensureMonitor(adminUrl: string, role: string, password: string): Promise<void> {
  await withConnection(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
    const name = escapeIdentifier(role);
    const rights = `nosuperuser nocreatedb nocreaterole noreplication nobypassrls login connection limit ${CONNECTIONS}`;
    await client.query(
      [
        `${rowCount === 0 ? 'create' : 'alter'} role ${name} ${rights} password ${escapeLiteral(scramVerifier(password, undefined, SCRAM_ITERATIONS))}`,
        `alter role ${name} set statement_timeout = '10s'`,
        `grant pg_monitor to ${name}`,
      ].join(';\n'),
    );
  });
}
