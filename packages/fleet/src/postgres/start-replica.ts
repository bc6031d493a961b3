import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogFile } from '../supervisor/log-file.ts';
import { supervise } from '../supervisor/supervise.ts';
import { copyDataDirectory } from './copy-data-directory.ts';
import { writeOwned } from '../account/owned-file.ts';
import {
  dropSlot,
  duringBackup,
  ensureReplication,
  isFollowing,
  isServing,
  isSlotLost,
} from './replication-repository.ts';
import { configureServer, type PostgresServer, serverSpec, superuserUrl } from './server-process.ts';
import type { Primary, PrimaryOptions } from './start-primary.ts';
import { clearStaleServer } from './stale-server.ts';

export interface ReplicaOptions extends PrimaryOptions {
  readonly primary: Primary;
  readonly primaryPort: number;
  readonly replicationPassword: string;
  readonly log: LogFile;
  /** A replica of old that does not follow within this time (30 s) is built anew. */
  readonly followsWithinMs?: number;
}

/**
 * Starts a streaming replica and waits until it follows. The one that is there is used; one that cannot follow any more
 * is thrown away and copied from the primary again.
 */
export async function startReplica(options: ReplicaOptions): Promise<PostgresServer> {
  const directory = join(options.installation.directory, 'replica');
  await clearStaleServer(directory, options.host);
  const mayFollow = !options.primary.isNew && existsSync(directory) && !(await isSlotLost(options.primary.adminUrl()));
  if (mayFollow) {
    await ensureReplication(options.primary.adminUrl(), options.replicationPassword);
    const old = await run(directory, options).catch(() => undefined);
    if (old) return old;
    options.onEvent({ kind: 'rebuilt', name: 'postgres replica', why: 'it could not follow the primary any more' });
  }
  await build(directory, options);
  return run(directory, options);
}

async function run(directory: string, options: ReplicaOptions): Promise<PostgresServer> {
  const { port, isDurable, tls, primaryPort, replicationPassword, superuserPassword, installation, log } = options;
  const standby = { primaryPort, password: replicationPassword };
  await configureServer(directory, { port, isDurable, tls, standby }, installation);
  const adminUrl = superuserUrl(port, superuserPassword, tls);
  const isReady = async () => (await isServing(adminUrl(), 'replica')) && isFollowing(options.primary.adminUrl());
  const readyWithinMs = options.followsWithinMs ?? 30_000;
  const process = supervise(
    serverSpec({ role: 'replica', directory, isReady, readyWithinMs, log }, installation),
    options.onEvent,
  );
  await process.start();
  return { process, directory, adminUrl };
}

async function build(directory: string, { primary, replicationPassword, installation }: ReplicaOptions): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await dropSlot(primary.adminUrl());
  await ensureReplication(primary.adminUrl(), replicationPassword);
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const label = await duringBackup(primary.adminUrl(), () =>
    copyDataDirectory(primary.directory, unfinished, installation.account),
  );
  await writeOwned(join(unfinished, 'backup_label'), label, installation.account);
  await rename(unfinished, directory);
}
