import { totalmem } from 'node:os';
import { SCRAM_ITERATIONS } from './scram-verifier.ts';

export interface ServerSettings {
  readonly port: number;
  /** False only for tests: an operating system crash may then lose everything. */
  readonly isDurable: boolean;
  /** Present on a replica: how it reaches the primary. */
  readonly standby?: { readonly primaryPort: number; readonly password: string };
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
    `log_line_prefix = '%m [%p] %q%u '`,
    `log_checkpoints = off`,
    `timezone = 'UTC'`,
    ...durabilityLines(settings.isDurable),
    ...standbyLines(settings.standby),
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

const standbyLines = (standby: ServerSettings['standby']): readonly string[] =>
  standby
    ? [
        `primary_conninfo = 'host=127.0.0.1 port=${standby.primaryPort} user=${REPLICATION_ROLE} password=${standby.password} application_name=${REPLICATION_SLOT}'`,
        `primary_slot_name = '${REPLICATION_SLOT}'`,
        `wal_retrieve_retry_interval = '500ms'`,
      ]
    : [];

/** pg_hba.conf: passwords for everybody, from this machine only. */
export const pgHbaConf = `# type  database     user  address        method
host    all          all   127.0.0.1/32   scram-sha-256
host    replication  ${REPLICATION_ROLE}  127.0.0.1/32  scram-sha-256
`;
