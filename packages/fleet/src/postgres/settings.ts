import { totalmem } from 'node:os';
import { SCRAM_ITERATIONS } from './scram-verifier.ts';

export interface ServerSettings {
  readonly port: number;
  /** False only for tests: an operating system crash may then lose everything. */
  readonly isDurable: boolean;
  /** Present on a replica: how it reaches the primary. */
  readonly standby?: { readonly primaryPort: number; readonly password: string };
  /** Present where the server offers TLS. */
  readonly tls?: TlsSettings | undefined;
  /** Present where the write-ahead log is kept elsewhere as well: the command that takes a segment there. */
  readonly archiveCommand?: string | undefined;
}

/** PEM files that PostgreSQL reads, relative to its data directory. */
export const TLS_FILES = { certificate: 'server.crt', key: 'server.key', authority: 'authority.crt' } as const;

export interface TlsSettings {
  /** The authority of the certificates, for the clients of the fleet. */
  readonly authorityFile: string;
  /** Whether nobody may connect without. */
  readonly isRequired: boolean;
}

export const REPLICATION_ROLE = 'soc_replication';
export const REPLICATION_SLOT = 'soc_replica';

const GIB = 2 ** 30;

/**
 * postgresql.conf, written anew at every start; `operator.conf` beside it may override any line. Sized for two cores and
 * a few GiB: no parallel plans, since nine services already fill the cores, and 1/16 of the memory as buffers.
 */
export function postgresqlConf(settings: ServerSettings, memoryBytes = totalmem()): string {
  const buffersMb = Math.min(512, Math.max(128, Math.floor(memoryBytes / 16 / 2 ** 20)));
  const cacheGb = Math.max(1, Math.floor(memoryBytes / 2 / GIB));
  return `${[
    `listen_addresses = '127.0.0.1'`,
    `port = ${settings.port}`,
    `unix_socket_directories = ''`,
    'max_connections = 200',
    'password_encryption = scram-sha-256',
    `scram_iterations = ${SCRAM_ITERATIONS}`,
    `shared_buffers = '${buffersMb}MB'`,
    `effective_cache_size = '${cacheGb}GB'`,
    `work_mem = '8MB'`,
    `maintenance_work_mem = '64MB'`,
    'max_parallel_workers_per_gather = 0',
    'jit = off',
    'random_page_cost = 1.1',
    'wal_level = replica',
    `max_wal_size = '1GB'`,
    'max_wal_senders = 4',
    'max_replication_slots = 4',
    // A replica away for longer than this much WAL is built anew; the primary's disk comes first.
    `max_slot_wal_keep_size = '2GB'`,
    'hot_standby = on',
    'hot_standby_feedback = on',
    `autovacuum_naptime = '20s'`,
    `log_line_prefix = '%m [%p] %q%u@%d %a %h '`,
    `log_checkpoints = off`,
    // Who came, by which method, and who was refused; and whoever changes a table or a right.
    `log_connections = 'authentication,authorization'`,
    'log_disconnections = on',
    `log_statement = 'ddl'`,
    // How often and how long each statement ran, with placeholders for values. Not what alters roles: that would show passwords.
    `shared_preload_libraries = 'pg_stat_statements'`,
    'pg_stat_statements.track_utility = off',
    `timezone = 'UTC'`,
    ...durabilityLines(settings.isDurable),
    ...tlsLines(settings.tls),
    ...standbyLines(settings.standby, settings.tls),
    ...archiveLines(settings.archiveCommand),
    `include_if_exists = 'operator.conf'`,
  ].join('\n')}\n`;
}

const durabilityLines = (isDurable: boolean): readonly string[] =>
  isDurable
    ? [
        'fsync = on',
        'synchronous_commit = on',
        'full_page_writes = on',
        // One call for the file system in place of one for each of 2,000 files: a new replica starts 2.5 s sooner.
        'recovery_init_sync_method = syncfs',
      ]
    : ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off'];

/** A segment goes at the latest after a minute, full or not: that much is lost with the machine. */
const archiveLines = (command: string | undefined): readonly string[] =>
  command === undefined
    ? []
    : [
        'archive_mode = on',
        'archive_timeout = 60',
        `archive_command = '${command.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
      ];

const tlsLines = (tls: TlsSettings | undefined): readonly string[] =>
  tls
    ? [
        'ssl = on',
        `ssl_cert_file = '${TLS_FILES.certificate}'`,
        `ssl_key_file = '${TLS_FILES.key}'`,
        `ssl_min_protocol_version = 'TLSv1.3'`,
      ]
    : [];

const standbyLines = (standby: ServerSettings['standby'], tls: TlsSettings | undefined): readonly string[] => {
  if (!standby) return [];
  const target = `host=127.0.0.1 port=${standby.primaryPort} user=${REPLICATION_ROLE} password=${standby.password}`;
  const trust = tls ? ` sslmode=verify-full sslrootcert=${TLS_FILES.authority}` : '';
  return [
    `primary_conninfo = '${target} application_name=${REPLICATION_SLOT} require_auth=scram-sha-256${trust}'`,
    `primary_slot_name = '${REPLICATION_SLOT}'`,
    `wal_retrieve_retry_interval = '500ms'`,
  ];
};

/** pg_hba.conf: passwords for everybody, proven and never sent, from this machine only; by TLS only where it is required. */
export function pgHbaConf({ tls }: Pick<ServerSettings, 'tls'>): string {
  const type = tls?.isRequired ? 'hostssl' : 'host';
  return `# type  database     user  address        method
${type}  all          all   127.0.0.1/32   scram-sha-256
${type}  replication  ${REPLICATION_ROLE}  127.0.0.1/32  scram-sha-256
`;
}
