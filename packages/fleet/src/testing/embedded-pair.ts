import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ServiceName } from '@soc/contracts';
import type { Host } from '../host.ts';
import { withConnection } from '../postgres/connection.ts';
import { preparePostgres } from '../postgres/installation.ts';
import { ensureRoles, roleOf } from '../postgres/roles-repository.ts';
import { postmasterPid } from '../postgres/stale-server.ts';
import { startPrimary } from '../postgres/start-primary.ts';
import { startReplica } from '../postgres/start-replica.ts';
import { openLogFile } from '../supervisor/log-file.ts';
import { together } from '../together.ts';
import { takeFreePorts } from './free-ports.ts';
import { TEST_PASSWORD } from './provided.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

/** The fleet's own PostgreSQL: a primary and a streaming replica that is started again when it dies. */
export interface EmbeddedPair {
  /** Connects the superuser to the primary. */
  readonly primaryUrl: string;
  /** Connects the superuser to the replica. */
  readonly replicaUrl: string;
  /** Kills the replica with SIGKILL. */
  readonly killReplica: () => Promise<void>;
  /** How often the replica was started again. */
  readonly replicaRestarts: () => number;
  /** Has the replica wait this long before it replays a commit; 0 for not at all. */
  readonly delayReplay: (delayMs: number) => Promise<void>;
  /** Stops both and removes their data. */
  readonly stop: () => Promise<void>;
}

/** Starts a pair of its own with the roles of all services, without fsync, on free ports and below a temporary folder. */
export async function startEmbeddedPair(host: Host): Promise<EmbeddedPair> {
  const directory = await makeTemporaryDirectory('pair');
  const [port, replicaPort = 0] = await takeFreePorts(2);
  const options = {
    installation: await preparePostgres(join(directory.path, 'postgres'), host.uid === 0),
    superuserPassword: randomBytes(16).toString('hex'),
    isDurable: false,
    host,
    onEvent: () => undefined,
  };
  const logOf = (name: string) => openLogFile(join(directory.path, `${name}.log`));
  const primary = await startPrimary({ ...options, port, log: logOf('primary') });
  const replica = await startReplica({
    ...options,
    port: replicaPort,
    log: logOf('replica'),
    primary,
    primaryPort: port,
    replicationPassword: randomBytes(16).toString('hex'),
  }).catch(async (error: unknown) => {
    await primary.process.stop();
    throw error;
  });
  await ensureRoles(
    primary.adminUrl(),
    ServiceName.options.map((schema) => ({ schema, role: roleOf(schema), password: TEST_PASSWORD })),
  );
  return {
    primaryUrl: primary.adminUrl(),
    replicaUrl: replica.adminUrl(),
    killReplica: async () => {
      const pid = await postmasterPid(replica.directory);
      if (pid === undefined) throw new Error('the replica does not run');
      host.signal(pid, 'SIGKILL');
    },
    replicaRestarts: replica.process.restarts,
    delayReplay: (delayMs) => delayReplay(replica.adminUrl(), delayMs),
    stop: async () => {
      await together([replica.process.stop(), primary.process.stop()]);
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Has a replica wait `delayMs` after a commit of the primary before it replays it. */
export async function delayReplay(replicaUrl: string, delayMs: number): Promise<void> {
  await withConnection(replicaUrl, async (client) => {
    await client.query(`alter system set recovery_min_apply_delay = ${Math.round(delayMs)}`);
    await client.query('select pg_reload_conf()');
  });
}
