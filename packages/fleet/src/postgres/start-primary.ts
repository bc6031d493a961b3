import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../host.ts';
import type { LogFile } from '../supervisor/log-file.ts';
import type { ProcessEvent, SupervisedProcess } from '../supervisor/process-spec.ts';
import { supervise } from '../supervisor/supervise.ts';
import { initialiseCluster } from './initialise-cluster.ts';
import type { PostgresInstallation } from './installation.ts';
import { isServing } from './replication-repository.ts';
import { configureServer, type PostgresServer, serverSpec, type ServerTls, superuserUrl } from './server-process.ts';
import { clearStaleServer } from './stale-server.ts';

export interface PrimaryOptions {
  readonly installation: PostgresInstallation;
  readonly port: number;
  readonly superuserPassword: string;
  /** False only for tests. */
  readonly isDurable: boolean;
  /** Absent where the server offers no TLS. */
  readonly tls?: ServerTls | undefined;
  /** Present where its log is kept for backups. */
  readonly archiveCommand?: string | undefined;
  readonly host: Host;
  readonly log: LogFile;
  readonly onEvent: (event: ProcessEvent) => void;
}

export interface Primary extends PostgresServer {
  /** Whether this start made it: any replica that is there follows another. */
  readonly isNew: boolean;
}

const READY_WITHIN_MS = 60_000;

/** Starts the primary, on a data directory made now or on the one that is there, whatever ended it the last time. */
export async function startPrimary(options: PrimaryOptions): Promise<Primary> {
  const { installation, port, superuserPassword, isDurable, tls, archiveCommand, log, onEvent } = options;
  const directory = join(installation.directory, 'primary');
  await clearStaleServer(directory, options.host);
  const isNew = await initialiseCluster(installation, { directory, superuserPassword, isDurable });
  await configureServer(directory, { port, isDurable, tls, archiveCommand }, installation);
  const adminUrl = superuserUrl(port, superuserPassword, tls);
  const isReady = () => isServing(adminUrl(), 'primary');
  const spec = serverSpec({ role: 'primary', directory, isReady, readyWithinMs: READY_WITHIN_MS, log }, installation);
  return { process: await startSupervised(() => supervise(spec, onEvent), log), directory, adminUrl, isNew };
}

const ORPHANS_LEAVE_WITHIN_MS = 10_000;

/** Backends of a killed server may need a moment to notice its death; until then a new one refuses to start. */
async function startSupervised(create: () => SupervisedProcess, log: LogFile): Promise<SupervisedProcess> {
  const deadline = performance.now() + ORPHANS_LEAVE_WITHIN_MS;
  for (;;) {
    const server = create();
    try {
      await server.start();
      return server;
    } catch (error) {
      const orphansRemain = log
        .tail()
        .some((line) => line.includes('shared memory block') && line.includes('still in use'));
      if (!orphansRemain || performance.now() > deadline) throw error;
      await delay(500);
    }
  }
}
