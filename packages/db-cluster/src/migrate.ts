import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { identifier } from './sql.ts';

export interface MigrationOptions {
  /** Connects as the role that owns the schema. */
  readonly url: string;
  readonly schema: string;
  /** Folders of `NNNN-name.sql`, run in the order given, each folder in file-name order. */
  readonly directories: readonly URL[];
  /** Told about every migration that is applied. */
  readonly onApplied?: (name: string) => void;
}

export interface MigrationStatus {
  readonly schema: string;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied, but the file has changed or is gone since. */
  readonly drifted: readonly string[];
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** A migration waits this long for a lock before it gives up, so that it cannot freeze a table in use. */
const LOCK_TIMEOUT_MS = 5_000;

async function readMigrations(directories: readonly URL[]): Promise<readonly Migration[]> {
  const perFolder = directories.map(async (directory) => {
    const folder = fileURLToPath(directory);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
    return Promise.all(
      files.map(async (file): Promise<Migration> => {
        const text = await readFile(join(folder, file), 'utf8');
        const checksum = createHash('sha256').update(text).digest('hex');
        return { name: `${basename(dirname(folder.replace(/\/$/, '')))}/${basename(file, '.sql')}`, text, checksum };
      }),
    );
  });
  return (await Promise.all(perFolder)).flat();
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'soc-migrate',
    connectionTimeoutMillis: 5_000,
    // The limits of the role are for its work: an index takes its time, and a replica that starts waits for the one before.
    options: '-c statement_timeout=0 -c lock_timeout=0',
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
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

const driftOf = (applied: ReadonlyMap<string, string>, migrations: readonly Migration[]): readonly string[] => {
  const files = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  return [...applied].filter(([name, checksum]) => files.get(name) !== checksum).map(([name]) => name);
};

/** What has been applied to a schema, what is still to come, and what no longer matches its file. Changes nothing. */
export async function migrationStatus(options: Omit<MigrationOptions, 'onApplied'>): Promise<MigrationStatus> {
  const migrations = await readMigrations(options.directories);
  const applied = await withClient(options.url, (client) => readApplied(client, options.schema));
  return {
    schema: options.schema,
    applied: [...applied.keys()],
    pending: migrations.filter(({ name }) => !applied.has(name)).map(({ name }) => name),
    drifted: driftOf(applied, migrations),
  };
}

/**
 * Brings a schema up to date, forward only; each migration is one transaction with `search_path` set to the schema. Safe
 * with several replicas starting at once: an advisory lock lets one work while the others wait and then find nothing to do.
 * Throws when an applied migration differs from its file.
 */
export async function migrate(options: MigrationOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(options.directories);
  return withClient(options.url, async (client) => {
    const schema = identifier(options.schema).text;
    await client.query(`select pg_advisory_lock(hashtext($1))`, [`soc-migrate:${options.schema}`]);
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const applied = await readApplied(client, options.schema);
    const drifted = driftOf(applied, migrations);
    if (drifted.length > 0) {
      throw new Error(`migrations of ${options.schema} changed after they were applied: ${drifted.join(', ')}`);
    }
    const pending = migrations.filter(({ name }) => !applied.has(name));
    if (applied.size === 0) await createLedger(client, options.schema);
    for (const migration of pending) {
      await apply(client, schema, migration);
      options.onApplied?.(migration.name);
    }
    return pending.map(({ name }) => name);
  });
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

async function apply(client: pg.Client, schema: string, { name, text, checksum }: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(`set local search_path = ${schema}`);
    await client.query(text);
    await client.query(`insert into ${schema}.schema_migrations (name, checksum) values ($1, $2)`, [name, checksum]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`migration ${name} failed: ${reason}`, { cause: error });
  }
}
