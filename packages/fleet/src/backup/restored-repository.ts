import type { KeyObject } from 'node:crypto';
import { Checkpoint, describeFinding, type StoredCheckpoint, trailLine, verifyTrail } from '@soc/audit';
import pg from 'pg';

/** Rows of a schema. */
export interface SchemaCount {
  readonly database: string;
  readonly schema: string;
  readonly tables: number;
  readonly rows: number;
}

/** What a restored database holds, and whether its audit trail is the one that was written. */
export interface RestoredReport {
  readonly counts: readonly SchemaCount[];
  /** Commit of the last transaction that was replayed. */
  readonly lastCommitAt: Date | undefined;
  readonly trail:
    | {
        readonly records: number;
        readonly signedRecords: number;
        readonly laterCheckpoints: number;
        readonly findings: readonly string[];
      }
    | undefined;
}

const DATABASES = `select datname as name from pg_database where datallowconn and not datistemplate order by 1`;
const TABLES = `
  select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2`;
const { escapeIdentifier } = pg;

/** Written by pgBackRest; they would steer a replica that is copied from this server later. */
const RECOVERY_SETTINGS = ['restore_command', 'recovery_target_time', 'recovery_target_action'] as const;

/** Takes out what pgBackRest had PostgreSQL do once. */
export async function forgetRecovery(client: pg.Client): Promise<void> {
  for (const name of RECOVERY_SETTINGS) await client.query(`alter system reset ${name}`);
}

/** Counts every row of every table of our own. */
async function countRows(database: string, client: pg.Client): Promise<readonly SchemaCount[]> {
  const { rows: tables } = await client.query<{ schema: string; name: string }>(TABLES);
  const counts = new Map<string, { tables: number; rows: number }>();
  for (const { schema, name } of tables) {
    const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from ${table}`);
    const sum = counts.get(schema) ?? { tables: 0, rows: 0 };
    counts.set(schema, { tables: sum.tables + 1, rows: sum.rows + Number(rows[0]?.n ?? 0) });
  }
  return [...counts].map(([schema, sum]) => ({ database, schema, ...sum }));
}

const ROWS_AT_ONCE = 1_000;

/** The records of the trail as lines of an export, in the order of the chain. */
async function* trailOf(client: pg.Client): AsyncGenerator<string> {
  for (let after = 0; ;) {
    const { rows } = await client.query<{ seq: string; chain: Buffer; body: string }>(
      'select seq, chain, body from auth.audit_records where seq > $1 order by seq limit $2',
      [after, ROWS_AT_ONCE],
    );
    for (const { seq, chain, body } of rows) yield trailLine({ seq: Number(seq), chain, content: { body } });
    const last = rows.at(-1);
    if (!last) return;
    after = Number(last.seq);
  }
}

const signedAt = ({ text }: StoredCheckpoint): string | undefined => {
  try {
    return Checkpoint.parse(JSON.parse(text)).claim.at;
  } catch {
    return undefined; // the verification tells
  }
};

async function verifyAudit(
  client: pg.Client,
  lastCommitAt: Date | undefined,
  trust: { readonly checkpoints: readonly StoredCheckpoint[]; readonly publicKeys: readonly KeyObject[] },
): Promise<RestoredReport['trail']> {
  const { rows } = await client.query(`select where to_regclass('auth.audit_records') is not null`);
  if (rows.length === 0) return undefined;
  // What was signed after the moment that was gone back to covers records that are rightly not there.
  const isCovered = (stored: StoredCheckpoint): boolean => {
    const at = signedAt(stored);
    return at === undefined || lastCommitAt === undefined || new Date(at) <= lastCommitAt;
  };
  const checkpoints = trust.checkpoints.filter(isCovered);
  const report = await verifyTrail({ lines: trailOf(client), checkpoints, publicKeys: trust.publicKeys });
  // A trail that nothing was signed of yet is told by the count of what is.
  const findings = report.findings.filter(({ kind }) => kind !== 'no_checkpoint').map(describeFinding);
  const laterCheckpoints = trust.checkpoints.length - checkpoints.length;
  return { records: report.records, signedRecords: report.signedRecords, laterCheckpoints, findings };
}

/** Counts the rows of a recovered server and verifies its audit trail against the checkpoints that lie outside of it. */
export async function inspectRestored(
  open: (database: string) => Promise<pg.Client>,
  trust: { readonly checkpoints: readonly StoredCheckpoint[]; readonly publicKeys: readonly KeyObject[] },
): Promise<RestoredReport> {
  const within = async <T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = await open(database);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const { databases, lastCommitAt } = await within('postgres', async (client) => {
    const { rows } = await client.query<{ name: string }>(DATABASES);
    const last = await client.query<{ at: Date | null }>('select pg_last_xact_replay_timestamp() as at');
    return { databases: rows.map(({ name }) => name), lastCommitAt: last.rows[0]?.at ?? undefined };
  });
  const counts: SchemaCount[] = [];
  let trail: RestoredReport['trail'];
  for (const database of databases) {
    await within(database, async (client) => {
      counts.push(...(await countRows(database, client)));
      trail ??= await verifyAudit(client, lastCommitAt, trust);
    });
  }
  return { counts, lastCommitAt, trail };
}
