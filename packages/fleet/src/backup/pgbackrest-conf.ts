import type { BackupRepository, BackupSettings } from './backup-settings.ts';

/** What pgBackRest calls the one cluster that it looks after. */
export const STANZA = 'soc';

export interface PgbackrestConf extends Pick<BackupSettings, 'repository' | 'cipherPass' | 'fullsKept'> {
  /** Data directory of the server. */
  readonly dataDirectory: string;
  readonly port: number;
  readonly user: string;
  /** For locks, logs and what else it keeps on this machine. */
  readonly directory: string;
}

/** `pgbackrest.conf` (pgBackRest 2.55, Configuration Reference). It holds the key: for the server's user alone. */
export function pgbackrestConf(conf: PgbackrestConf): string {
  const { dataDirectory, port, user } = conf;
  const stanza = [`pg1-path=${dataDirectory}`, `pg1-port=${port}`, `pg1-user=${user}`];
  return `${[globalSection(conf), '', `[${STANZA}]`, ...stanza].join('\n')}\n`;
}

/** What does not depend on where the server's data are. */
export function globalSection(conf: Omit<PgbackrestConf, 'dataDirectory' | 'port' | 'user'>): string {
  const { repository, cipherPass, fullsKept, directory } = conf;
  const lines = {
    ...repositoryLines(repository),
    'repo1-cipher-type': 'aes-256-cbc',
    'repo1-cipher-pass': cipherPass,
    'repo1-retention-full': fullsKept,
    // A bundle in place of a thousand small files: a backup of a small database takes a third of the time.
    'repo1-bundle': 'y',
    'start-fast': 'y',
    'compress-type': 'zst',
    'compress-level': 3,
    'process-max': 1,
    // A segment that cannot be archived is told by now, and PostgreSQL tries again.
    'archive-timeout': 60,
    'lock-path': `${directory}/lock`,
    'log-path': directory,
    'log-level-file': 'off',
  };
  return ['[global]', ...Object.entries(lines).map(([name, value]) => `${name}=${value}`)].join('\n');
}

function repositoryLines(repository: BackupRepository): Readonly<Record<string, string>> {
  if (repository.kind === 'folder') return { 'repo1-path': repository.path };
  const { bucket, path, endpoint, region, key, keySecret, uriStyle, caFile } = repository;
  return {
    'repo1-type': 's3',
    'repo1-path': path,
    'repo1-s3-bucket': bucket,
    'repo1-s3-endpoint': endpoint,
    'repo1-s3-region': region,
    'repo1-s3-key': key,
    'repo1-s3-key-secret': keySecret,
    'repo1-s3-uri-style': uriStyle,
    ...(caFile !== undefined && { 'repo1-storage-ca-file': caFile }),
  };
}

const quoteForShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** `archive_command`: PostgreSQL replaces what a percent sign begins, and a shell runs it. */
export function archiveCommand(program: string, configFile: string): string {
  const words = [program, `--config=${configFile}`, `--stanza=${STANZA}`, 'archive-push'].map(quoteForShell).join(' ');
  return `${words.replaceAll('%', '%%')} "%p"`;
}
