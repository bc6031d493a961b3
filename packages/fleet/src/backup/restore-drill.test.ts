import { generateKeyPairSync } from 'node:crypto';
import { open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bodyOf,
  CHAIN_START,
  Checkpoint,
  checkpointHash,
  createMerkleTree,
  leafHash,
  nextLink,
  signCheckpoint,
  type StoredCheckpoint,
} from '@soc/audit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { thisHost } from '../cli/host.ts';
import { withConnection } from '../postgres/connection.ts';
import { preparePostgres, type PostgresInstallation } from '../postgres/installation.ts';
import { type Primary, startPrimary } from '../postgres/start-primary.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { takeFreePorts } from '../testing/free-ports.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { waitFor } from '../testing/wait-for.ts';
import { listBackups, makeBackup, verifyRepository } from './backup-list.ts';
import type { BackupSettings } from './backup-settings.ts';
import { prepareBackups, type PreparedBackups, primaryDirectoryOf } from './prepare-backups.ts';
import { recoverCluster } from './recover-cluster.ts';
import { planRestore, restoreFiles } from './restore-cluster.ts';
import { inspectRestored } from './restored-repository.ts';

const host = thisHost();
const PASSWORD = 'super-secret';
const WITHIN_MS = 240_000;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let installation: PostgresInstallation;
let backups: PreparedBackups;
let primary: Primary | undefined;
let port: number;

const repository = (): string => join(directory.path, 'repository');
const settings = (cipherPass = 'k'.repeat(64)): BackupSettings => ({
  repository: { kind: 'folder', path: repository() },
  cipherPass,
  fullsKept: 2,
  isOn: true,
});
const prepare = (given: BackupSettings) =>
  prepareBackups({
    host,
    settings: given,
    server: installation,
    port,
    superuserPassword: PASSWORD,
    isByTls: false,
    onOutput: () => undefined,
  });

const start = () =>
  startPrimary({
    host,
    installation,
    port,
    superuserPassword: PASSWORD,
    isDurable: false,
    archiveCommand: backups.archiveCommand,
    log: openLogFile(join(directory.path, 'primary.log')),
    onEvent: () => undefined,
  });

const onPrimary = <T>(work: Parameters<typeof withConnection<T>>[1]): Promise<T> => {
  if (!primary) throw new Error('no primary runs');
  return withConnection(primary.adminUrl(), work);
};

/** A trail that grows by a record with every write, as that of the fleet does. */
const tree = createMerkleTree();
let chain: Buffer = CHAIN_START;
const states: { readonly root: string; readonly chain: string }[] = [];

/** Adds a record, and tells a moment after its commit that is before any later one. */
async function writeRecord(): Promise<Date> {
  const seq = tree.size() + 1;
  const body = bodyOf({ v: 1, seq, id: `id ${seq}`, at: '', service: 'alert', tenantId: 'default', action: 'x.y' });
  chain = nextLink(chain, leafHash(body));
  tree.append(leafHash(body));
  states.push({ root: tree.root().toString('hex'), chain: chain.toString('hex') });
  await onPrimary((client) => client.query('insert into auth.audit_records values ($1, $2, $3)', [seq, body, chain]));
  return onPrimary(async (client) => {
    const { rows } = await client.query<{ at: Date }>(
      `select clock_timestamp() + interval '1 ms' as at, pg_sleep(0.002)`,
    );
    return rows[0]?.at ?? new Date(Number.NaN);
  });
}

/** Of the first, with those before, `size` records. */
function checkpointOf(size: number, at: Date, before?: StoredCheckpoint): StoredCheckpoint {
  const state = states[size - 1] ?? { root: '', chain: '' };
  const previous = before ? checkpointHash(Checkpoint.parse(JSON.parse(before.text))) : null;
  const checkpoint = signCheckpoint({ size, ...state, at: at.toISOString(), previous }, privateKey);
  return { name: `checkpoint-00000000000${size}.json`, text: JSON.stringify(checkpoint) };
}

/** Everything that is written by now has reached the repository. */
async function untilArchived(): Promise<void> {
  await onPrimary((client) => client.query('select pg_switch_wal()'));
  await waitFor(
    () =>
      onPrimary(async (client) => {
        const { rows } = await client.query(
          `select 1 from pg_ls_archive_statusdir() where name like '%.ready' limit 1`,
        );
        return rows.length === 0;
      }),
    { deadlineMs: 60_000, everyMs: 100 },
  );
}

async function restored(to: Date | 'latest', name: string, checkpoints: readonly StoredCheckpoint[] = []) {
  const target = join(installation.directory, name);
  const plan = await planRestore(backups.pgbackrest, { to, target }, { host, now: new Date() });
  await restoreFiles(backups.pgbackrest, plan, installation.account);
  const { postgres, account } = installation;
  const logPath = join(directory.path, `${name}.log`);
  const signal = new AbortController().signal;
  return recoverCluster({ target, postgres, account, logPath, user: 'soc_admin', signal }, (connect) =>
    inspectRestored(connect, { checkpoints, publicKeys: [publicKey] }),
  );
}

const rowsOf = (report: Awaited<ReturnType<typeof restored>>, schema: string) =>
  report.counts.find((count) => count.schema === schema)?.rows;

/** Holes, but to be read all the same: a backup with it cannot end before it is killed. */
const FILLER_BYTES = 40 * 2 ** 30;

/** The pgBackRest that copies; it writes into its lock who it is, and, once it copies, how much. */
async function processThatCopies(): Promise<number | undefined> {
  const lock = await readFile(join(installation.directory, 'backup/lock/soc-backup-1.lock'), 'utf8');
  const [, pid] = /"pid":(\d+),"sz":/.exec(lock) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** The largest file of a backup. */
async function largestFile(label: string): Promise<string> {
  const files = await readdir(join(repository(), 'backup/soc', label), { recursive: true, withFileTypes: true });
  const sized = await Promise.all(
    files
      .filter((file) => file.isFile() && !file.name.startsWith('backup.manifest'))
      .map(async (file) => {
        const path = join(file.parentPath, file.name);
        return { path, sizeBytes: (await stat(path)).size };
      }),
  );
  const [largest] = sized.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  if (!largest) throw new Error(`${label} has no files`);
  return largest.path;
}

describe('a restore drill', () => {
  let [firstAt, betweenAt, lastAt]: [Date, Date, Date] = [new Date(), new Date(), new Date()];

  beforeAll(async () => {
    directory = await makeTemporaryDirectory('backup');
    [port] = await takeFreePorts(1);
    installation = await preparePostgres(join(directory.path, 'postgres'), host.uid === 0);
    backups = await prepare(settings());
    primary = await start();
    await onPrimary((client) =>
      client.query(
        'create schema auth; create table auth.audit_records (seq bigint primary key, body text, chain bytea)',
      ),
    );
    await makeBackup(backups.pgbackrest, 'full');
    // A backup is gone back to from the second after it.
    const [full] = await listBackups(backups.pgbackrest);
    await waitFor(() => full && new Date() > full.endedAt);
    firstAt = await writeRecord();
    betweenAt = await writeRecord();
    lastAt = await writeRecord();
    await untilArchived();
  }, WITHIN_MS);

  afterAll(async () => {
    await primary?.process.stop();
    await directory[Symbol.asyncDispose]();
  });

  test(
    'what is written to the repository cannot be read without the key',
    async () => {
      const [backup] = await listBackups(backups.pgbackrest);
      expect(backup).toMatchObject({ type: 'full', hasErrors: false });
      const info = await open(join(repository(), 'backup/soc/backup.info'));
      const { buffer } = await info.read(Buffer.alloc(8), 0, 8, 0);
      await info.close();
      expect(buffer.toString('latin1')).toBe('Salted__');
      const wrong = await prepare(settings('w'.repeat(64)));
      onTestFinished(async () => {
        backups = await prepare(settings());
      });
      const words = 'The repository cannot be read with this key';
      await expect(listBackups(wrong.pgbackrest)).rejects.toThrow(words);
      await expect(verifyRepository(wrong.pgbackrest)).rejects.toThrow(words);
      await expect(makeBackup(wrong.pgbackrest, 'incr')).rejects.toThrow(words);
    },
    WITHIN_MS,
  );

  test(
    'nothing is restored over a running server, over data, or to a moment that no backup reaches',
    async () => {
      const ask = (to: Date | 'latest', target: string) =>
        planRestore(backups.pgbackrest, { to, target }, { host, now: new Date() });
      await expect(ask('latest', primaryDirectoryOf(installation))).rejects.toThrow('PostgreSQL runs over');
      await expect(ask('latest', repository())).rejects.toThrow('is not empty');
      await expect(ask(new Date(0), join(directory.path, 'new'))).rejects.toThrow('The oldest backup had ended at');
      await expect(ask(new Date(Date.now() + 60_000), join(directory.path, 'new'))).rejects.toThrow('in the future');
      await expect(ask('latest', join(directory.path, 'no/where'))).rejects.toThrow('is not there');
    },
    WITHIN_MS,
  );

  test(
    'a backup killed half way is told, holds no lock, and leaves the last good one',
    async () => {
      const { pgbackrest } = backups;
      const labels = (await listBackups(pgbackrest)).map(({ label }) => label);
      const filler = join(primaryDirectoryOf(installation), 'filler');
      await writeFile(filler, '');
      await truncate(filler, FILLER_BYTES);
      const failed = new AbortController();
      onTestFinished(() => failed.abort());
      const killed = makeBackup(pgbackrest, 'full', failed.signal).then(
        () => 'made',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const child = await waitFor(() => processThatCopies(), { deadlineMs: 60_000, everyMs: 10 });
      process.kill(child, 'SIGKILL');
      expect(await killed).toBe('pgBackRest was ended by SIGKILL.');
      await rm(filler);
      expect((await listBackups(pgbackrest)).map(({ label }) => label)).toEqual(labels);
      await makeBackup(pgbackrest, 'incr');
      expect((await listBackups(pgbackrest)).map(({ type }) => type)).toEqual(['full', 'incr']);
    },
    WITHIN_MS,
  );

  test(
    'a damaged file of a backup is found and named, and a restore from it refuses to go on',
    async () => {
      expect(await verifyRepository(backups.pgbackrest)).toMatchObject({ isGood: true });
      const [, newest] = await listBackups(backups.pgbackrest);
      const file = await open(await largestFile(newest?.label ?? ''), 'r+');
      await file.write(Buffer.alloc(64, 'x'), 0, 64, 64);
      await file.close();
      const { isGood, lines } = await verifyRepository(backups.pgbackrest);
      expect(isGood).toBe(false);
      expect(lines.filter((line) => line.includes('status: invalid'))).toEqual([
        expect.stringContaining(newest?.label ?? ''),
      ]);
      await expect(restored('latest', 'damaged')).rejects.toThrow('A file in the repository is damaged');
    },
    WITHIN_MS,
  );

  test(
    'after the data directory is destroyed, a moment between two writes is back, and the audit trail verifies',
    async () => {
      const first = checkpointOf(1, firstAt);
      const checkpoints = [first, checkpointOf(3, lastAt, first)];
      await primary?.process.stop();
      await rm(primaryDirectoryOf(installation), { recursive: true });
      const report = await restored(betweenAt, 'primary', checkpoints);
      expect(rowsOf(report, 'auth')).toBe(2);
      expect(report.trail).toEqual({ records: 2, signedRecords: 1, laterCheckpoints: 1, findings: [] });

      primary = await start();
      expect(primary.isNew).toBe(false);
      await writeRecord();
      await makeBackup(backups.pgbackrest, 'full');
      expect((await listBackups(backups.pgbackrest)).map(({ type }) => type)).toEqual(['full', 'incr', 'full']);
    },
    WITHIN_MS,
  );
});
