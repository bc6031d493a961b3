import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { codeOf, isConnectionLost, NotCommittedError } from './errors.ts';
import { driftOf, type Migration, readMigrations } from './migration-files.ts';
import { type ServerOptions, withPrimary } from './migration-server.ts';
import { identifier } from './sql.ts';

export interface MigrationOptions {
  /** A server, as the role that owns the schema. */
  readonly url: string;
  /** The other servers; the primary among all of them is migrated. */
  readonly otherUrls?: readonly string[];
  /** PEM file of the authority of the servers, with `sslmode=verify-full` in the URLs. */
  readonly caFile?: string | undefined;
  readonly schema: string;
  /** Folders of `NNNN-name.sql`, run in the order given, each folder in file-name order. */
  readonly directories: readonly URL[];
  /** Told about every migration that is applied. */
  readonly onApplied?: (name: string) => void;
  /** Longest to wait for a primary; default 30,000 ms. */
  readonly primaryWaitMs?: number;
  /** Longest to wait for another process that migrates the schema; default 300,000 ms. */
  readonly turnWaitMs?: number;
  /** A migration waits this long for the lock of a table, then lets the others pass and tries again; default 2,000 ms. */
  readonly lockTimeoutMs?: number;
  /** Attempts of a migration to get its locks; default 20. */
  readonly lockAttempts?: number;
  /** Longest a statement of a migration may take; default 900,000 ms. */
  readonly statementTimeoutMs?: number;
}

export interface MigrationStatus {
  readonly schema: string;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied, but the file has changed or is gone since. */
  readonly drifted: readonly string[];
}

/** Another process holds the migration lock of the schema, for longer than may be waited. */
export class MigrationTurnError extends Error {
  override readonly name = 'MigrationTurnError';
}

const DEFAULTS = {
  primaryWaitMs: 30_000,
  turnWaitMs: 300_000,
  lockTimeoutMs: 2_000,
  lockAttempts: 20,
  statementTimeoutMs: 900_000,
};
type Settings = MigrationOptions & typeof DEFAULTS;

/** A failover in the middle of a migration: what is recorded as applied tells where to go on. */
const RUNS = 3;
const TURN_EVERY_MS = 200;
const LONGEST_PAUSE_MS = 3_000;

const serversOf = ({ url, otherUrls = [], caFile, primaryWaitMs }: Settings): ServerOptions => ({
  urls: [...new Set([url, ...otherUrls])],
  caFile,
  waitMs: primaryWaitMs,
});

/** What has been applied to a schema, what is still to come, and what no longer matches its file. Changes nothing. */
export async function migrationStatus(options: Omit<MigrationOptions, 'onApplied'>): Promise<MigrationStatus> {
  const migrations = await readMigrations(options.directories);
  const servers = serversOf({ ...DEFAULTS, ...options });
  const applied = await withPrimary(servers, (client) => readApplied(client, options.schema));
  return {
    schema: options.schema,
    applied: [...applied.keys()],
    pending: migrations.filter(({ name }) => !applied.has(name)).map(({ name }) => name),
    drifted: driftOf(applied, migrations),
  };
}

/**
 * Brings a schema up to date on the primary, forward only; each migration is one transaction with `search_path` set to the
 * schema. Safe with several replicas starting at once: an advisory lock lets one work while the others wait, at most
 * `turnWaitMs` (`MigrationTurnError`), and then find nothing to do. Resolves with the names of what it applied. Throws when an
 * applied migration differs from its file, when a migration fails, and `NoPrimaryError` when there is nothing to migrate.
 */
export async function migrate(options: MigrationOptions): Promise<readonly string[]> {
  const settings: Settings = { ...DEFAULTS, ...options };
  const migrations = await readMigrations(settings.directories);
  const done: string[] = [];
  for (let run = 1; ; run += 1) {
    try {
      await withPrimary(serversOf(settings), (client) => bringUp(client, settings, migrations, done));
      return done;
    } catch (error) {
      const isFailover = isConnectionLost(error) && !(error instanceof NotCommittedError);
      if (!isFailover || run === RUNS) throw error;
    }
  }
}

async function bringUp(client: pg.Client, settings: Settings, migrations: readonly Migration[], done: string[]) {
  await takeTurn(client, settings);
  const applied = await readApplied(client, settings.schema);
  const drifted = driftOf(applied, migrations);
  if (drifted.length > 0) {
    throw new Error(`migrations of ${settings.schema} changed after they were applied: ${drifted.join(', ')}`);
  }
  if (applied.size === 0) await createLedger(client, settings.schema);
  for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
    await applyWithRetries(client, settings, migration);
    done.push(migration.name);
    settings.onApplied?.(migration.name);
  }
}

/** Asks again and again instead of waiting inside the server, where the waiting session would hold back others' work. */
async function takeTurn(client: pg.Client, { schema, turnWaitMs }: Settings): Promise<void> {
  const key = `soc-migrate:${schema}`;
  const deadlineMs = performance.now() + turnWaitMs;
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock(hashtext($1)) as mine', [key]);
    if (rows[0]?.mine) return;
    if (performance.now() > deadlineMs) {
      const holder = await holderOf(client, key);
      throw new MigrationTurnError(`${schema} has been migrated by ${holder} for more than ${turnWaitMs} ms`);
    }
    await delay(TURN_EVERY_MS);
  }
}

async function holderOf(client: pg.Client, key: string): Promise<string> {
  const { rows } = await client.query<{ holder: string }>(
    `select 'process ' || l.pid || coalesce(' at ' || a.client_addr::text, '') as holder
     from pg_locks as l left join pg_stat_activity as a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objid = hashtext($1)::oid and l.database =
       (select oid from pg_database where datname = current_database())`,
    [key],
  );
  return rows[0]?.holder ?? 'another process';
}

async function readApplied(client: pg.Client, schema: string): Promise<ReadonlyMap<string, string>> {
  const exists = await client.query<{ found: string | null }>('select to_regclass($1)::text as found', [
    `${schema}.schema_migrations`,
  ]);
  if (exists.rows[0]?.found === null) return new Map();
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `select name, checksum from ${identifier(schema).text}.schema_migrations order by name`,
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

async function createLedger(client: pg.Client, schemaName: string): Promise<void> {
  const schema = identifier(schemaName).text;
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schemaName]);
  if (rowCount === 0) await client.query(`create schema ${schema}`);
  await client.query(
    `create table if not exists ${schema}.schema_migrations (
       name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
  );
}

/** A lock that cannot be had, or a deadlock with what runs: whoever waits behind the migration gets to pass before the next try. */
const isInTheWay = (error: unknown): boolean => ['55P03', '40P01'].includes(codeOf(error));

async function applyWithRetries(client: pg.Client, settings: Settings, migration: Migration): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await apply(client, settings, migration);
      return;
    } catch (error) {
      if (isInTheWay(error) && attempt < settings.lockAttempts) {
        await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt));
        continue;
      }
      if (isConnectionLost(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const tries = attempt > 1 ? ` after ${attempt} attempts` : '';
      throw new Error(`migration ${migration.name} failed${tries}: ${reason}`, { cause: error });
    }
  }
}

async function apply(client: pg.Client, settings: Settings, { name, text, checksum }: Migration): Promise<void> {
  const schema = identifier(settings.schema).text;
  try {
    await client.query(
      `begin; set local search_path = ${schema}; set local lock_timeout = ${settings.lockTimeoutMs};
       set local statement_timeout = ${settings.statementTimeoutMs}`,
    );
    await client.query(text);
    await client.query(`insert into ${schema}.schema_migrations (name, checksum) values ($1, $2)`, [name, checksum]);
    await client.query('commit');
  } catch (error) {
    // On a lost connection there is nothing to roll back, and the first error tells why.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
