import { join } from 'node:path';
import type { PatroniPrograms } from './install-patroni.ts';

export interface PatroniNodeSettings {
  readonly name: string;
  /** Holds the data directory and the password file; the server's user owns it. */
  readonly directory: string;
  readonly postgresPort: number;
  readonly apiPort: number;
  readonly etcdPort: number;
  readonly password: string;
  readonly programs: PatroniPrograms;
}

export const SUPERUSER = 'soc_admin';
const REPLICATION_USER = 'soc_replication';

export const dataDirectoryOf = (directory: string): string => join(directory, 'data');

/**
 * How fast a cluster notices that its leader is gone, in seconds; kept in etcd for all nodes. Patroni itself wants
 * `loop_wait + 2 * retry_timeout <= ttl`.
 */
const LEASE = { ttl: 5, loop_wait: 1, retry_timeout: 2 };

/** Settings that must be the same on both nodes. */
const CLUSTER_PARAMETERS = {
  max_connections: 100,
  max_wal_senders: 6,
  max_replication_slots: 6,
  wal_log_hints: 'on',
  // What a node that was away needs to rewind and follow.
  wal_keep_size: '256MB',
  hot_standby_feedback: 'on',
};

const NODE_PARAMETERS = {
  unix_socket_directories: '',
  shared_buffers: '64MB',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  // A crash of the machine ends the test anyway; that of a process loses nothing without it. Torn pages are another
  // matter: pg_rewind reads from a running server, and refuses one without full_page_writes.
  fsync: 'off',
};

/** Configuration of one node, in JSON, which is YAML. `synchronous_mode`: a commit is acknowledged when both nodes have it. */
export function patroniConfig(settings: PatroniNodeSettings): string {
  const { name, directory, postgresPort, apiPort, etcdPort, password, programs } = settings;
  const login = (username: string) => ({ username, password });
  return JSON.stringify({
    scope: 'soc',
    name,
    restapi: { listen: `127.0.0.1:${apiPort}`, connect_address: `127.0.0.1:${apiPort}` },
    etcd3: { hosts: `127.0.0.1:${etcdPort}` },
    bootstrap: {
      dcs: {
        ...LEASE,
        synchronous_mode: true,
        postgresql: { use_pg_rewind: true, use_slots: true, parameters: CLUSTER_PARAMETERS },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'data-checksums', 'no-sync'],
    },
    postgresql: {
      listen: `127.0.0.1:${postgresPort}`,
      connect_address: `127.0.0.1:${postgresPort}`,
      data_dir: dataDirectoryOf(directory),
      bin_dir: programs.postgresBin,
      pgpass: join(directory, 'pgpass'),
      authentication: { superuser: login(SUPERUSER), replication: login(REPLICATION_USER) },
      // A node that cannot be rewound is copied anew.
      remove_data_directory_on_rewind_failure: true,
      basebackup: [{ checkpoint: 'fast' }, 'no-sync'],
      parameters: NODE_PARAMETERS,
      pg_hba: [
        'host all all 127.0.0.1/32 scram-sha-256',
        `host replication ${REPLICATION_USER} 127.0.0.1/32 scram-sha-256`,
      ],
    },
    watchdog: { mode: 'off' },
  });
}
