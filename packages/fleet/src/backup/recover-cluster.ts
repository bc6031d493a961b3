import { access, chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { writeOwned } from '../account/owned-file.ts';
import type { ServerAccount } from '../account/server-account.ts';
import { OperatorError } from '../operator-error.ts';
import { spawnGuarded } from '../supervisor/guarded-process.ts';
import { type LogFile, openLogFile } from '../supervisor/log-file.ts';
import { forgetRecovery } from './restored-repository.ts';

export interface RecoveryOptions {
  /** The restored data directory. */
  readonly target: string;
  /** The `postgres` of its version. */
  readonly postgres: string;
  readonly account: ServerAccount | undefined;
  /** Where the log of the recovery goes. */
  readonly logPath: string;
  readonly user: string;
  readonly signal: AbortSignal;
}

/** Nobody else may come in, nothing is archived, and what the operator set for the server does not matter to the recovery. */
const settingsOf = (target: string, directory: string): string =>
  `${[
    `data_directory = '${target.replaceAll("'", "''")}'`,
    `hba_file = '${join(directory, 'pg_hba.conf')}'`,
    `listen_addresses = ''`,
    `unix_socket_directories = '${directory}'`,
    'archive_mode = off',
    'hot_standby = off',
    'max_connections = 200',
    'max_worker_processes = 16',
    'autovacuum = off',
    `timezone = 'UTC'`,
  ].join('\n')}\n`;

const POLL_MS = 100;
const PORT = 5432;

async function connect(socketDirectory: string, user: string, database: string): Promise<pg.Client> {
  const client = new pg.Client({ host: socketDirectory, port: PORT, user, database, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Why PostgreSQL gave up. */
function lastFault(log: LogFile): string {
  const lines = log.tail();
  if (lines.some((line) => line.includes('recovery ended before configured recovery target was reached'))) {
    return 'The log in the repository ends before the moment asked for; say --to latest for as far as there is.';
  }
  const fatal = lines.findLast((line) => /FATAL|PANIC|ERROR: \[/.test(line));
  return `PostgreSQL could not recover: ${fatal ?? 'see its log'}; its log is ${log.path}.`;
}

/**
 * Starts PostgreSQL over restored files, where only this process can reach it, has it replay the log up to the point that was
 * asked for, and hands a way to connect to `work`. Afterwards it is stopped, and the data directory is ready to be served.
 * Throws `OperatorError` when the point cannot be reached.
 */
export async function recoverCluster<T>(
  options: RecoveryOptions,
  work: (open: (database: string) => Promise<pg.Client>) => Promise<T>,
): Promise<T> {
  const { target, postgres, account, logPath, user, signal } = options;
  const directory = await mkdtemp('/tmp/soc-recovery-');
  const log = openLogFile(logPath);
  try {
    await writeOwned(join(directory, 'postgresql.conf'), settingsOf(target, directory), account);
    await writeOwned(join(directory, 'pg_hba.conf'), 'local all all trust\n', account);
    await writeOwned(join(directory, 'pg_ident.conf'), '', account);
    if (account) await chown(directory, account.uid, account.gid);
    const server = spawnGuarded({
      command: postgres,
      args: ['-D', target, '-c', `config_file=${join(directory, 'postgresql.conf')}`],
      stopSignal: 'INT',
      cwd: directory,
      logFd: log.fd,
      env: { HOME: directory, LC_ALL: 'C' },
      ...account,
    });
    const ended = new Promise<void>(
      (resolve) => void server.once('exit', () => resolve()).once('error', () => resolve()),
    );
    const isOver = (): boolean => server.exitCode !== null || server.signalCode !== null;
    const open = (database: string): Promise<pg.Client> => connect(directory, user, database);
    try {
      await untilRecovered({ open, isOver, ended, log, signal, target });
      return await work(open);
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  } finally {
    log.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** As long as it runs it may take: it replays as much log as there is. */
async function untilRecovered(given: {
  readonly open: (database: string) => Promise<pg.Client>;
  readonly isOver: () => boolean;
  readonly ended: Promise<void>;
  readonly log: LogFile;
  readonly signal: AbortSignal;
  readonly target: string;
}): Promise<void> {
  const { open, isOver, ended, log, signal, target } = given;
  for (;;) {
    signal.throwIfAborted();
    if (isOver()) throw new OperatorError(lastFault(log));
    // Removed when the recovery is over: until then nobody is let in.
    const isRecovering = await access(join(target, 'recovery.signal')).then(
      () => true,
      () => false,
    );
    const client = isRecovering ? undefined : await open('postgres').catch(() => undefined);
    if (client) {
      try {
        await forgetRecovery(client);
      } finally {
        await client.end();
      }
      return;
    }
    await Promise.race([delay(POLL_MS), ended]);
  }
}
