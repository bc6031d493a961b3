import pg from 'pg';
import { withConnection } from './connection.ts';
import { scramVerifier } from './scram-verifier.ts';
import { REPLICATION_ROLE, REPLICATION_SLOT } from './settings.ts';

const { escapeIdentifier, escapeLiteral } = pg;

/** Makes the role that replicas connect as and the slot that keeps their write-ahead log. Safe to repeat. */
export async function ensureReplication(primaryUrl: string, password: string): Promise<void> {
  await withConnection(primaryUrl, async (client) => {
    const found = await client.query('select from pg_roles where rolname = $1', [REPLICATION_ROLE]);
    const verb = found.rowCount === 0 ? 'create' : 'alter';
    await client.query(
      `${verb} role ${escapeIdentifier(REPLICATION_ROLE)} login replication connection limit 8 password ${escapeLiteral(scramVerifier(password))}`,
    );
    await client.query(
      `select pg_create_physical_replication_slot($1, true)
       where not exists (select from pg_replication_slots where slot_name = $1)`,
      [REPLICATION_SLOT],
    );
  });
}

/** Whether the log that the replica would need next is gone. */
export async function isSlotLost(primaryUrl: string): Promise<boolean> {
  return withConnection(primaryUrl, async (client) => {
    const { rows } = await client.query<{ wal_status: string | null }>(
      'select wal_status from pg_replication_slots where slot_name = $1',
      [REPLICATION_SLOT],
    );
    return rows[0]?.wal_status === 'lost';
  });
}

/** Drops the slot, and whoever still streams from it, so that the next `ensureReplication` makes one that begins now. */
export async function dropSlot(primaryUrl: string): Promise<void> {
  await withConnection(primaryUrl, async (client) => {
    await client.query(
      'select pg_terminate_backend(active_pid, 5000) from pg_replication_slots where slot_name = $1 and active',
      [REPLICATION_SLOT],
    );
    await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [
      REPLICATION_SLOT,
    ]);
  });
}

/**
 * Runs `copy` between the start and the stop of a base backup, which must share one session, and returns the
 * `backup_label` that belongs into the copy (PostgreSQL 18, section 25.3.3).
 */
export async function duringBackup(primaryUrl: string, copy: () => Promise<void>): Promise<string> {
  return withConnection(primaryUrl, async (client) => {
    await client.query(`select pg_backup_start('soc replica', fast => true)`);
    await copy();
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    );
    const label = rows[0]?.labelfile;
    if (label === undefined) throw new Error('pg_backup_stop returned no label');
    return label;
  });
}

/** Whether a server answers and is what it should be. */
export async function isServing(url: string, role: 'primary' | 'replica'): Promise<boolean> {
  return withConnection(url, async (client) => {
    const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
    return rows[0]?.standby === (role === 'replica');
  });
}

/**
 * Whether the replica streams, asked of the primary: the replica's own pg_stat_wal_receiver says `streaming` already
 * before the primary has agreed to send it anything.
 */
export async function isFollowing(primaryUrl: string): Promise<boolean> {
  return withConnection(primaryUrl, async (client) => {
    const { rowCount } = await client.query(
      `select from pg_stat_replication where application_name = $1 and state = 'streaming'`,
      [REPLICATION_SLOT],
    );
    return rowCount === 1;
  });
}
