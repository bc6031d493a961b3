import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ArchiverState } from './archiver-repository.ts';
import { listBackups, makeBackup } from './backup-list.ts';
import { createBackupMetrics } from './backup-metrics.ts';
import { dueBackup } from './due-backup.ts';
import type { Pgbackrest } from './run-pgbackrest.ts';

export interface BackupAgentOptions {
  readonly pgbackrest: Pgbackrest;
  readonly readState: () => Promise<ArchiverState>;
  /** Serves `GET /metrics` there; 0 for any that is free. */
  readonly port: number;
  /** 127.0.0.1 when absent. */
  readonly address?: string;
  readonly instance: string;
  readonly now: () => Date;
  /** Hears in a line what was made and what failed. */
  readonly onEvent: (text: string) => void;
}

/** Makes backups when they are due, as long as it runs. */
export interface BackupAgent {
  readonly url: string;
  /** Looks whether one is due, and makes it. Never throws. */
  readonly look: () => Promise<void>;
  /** Ends a backup under way; what it has copied is of no use. */
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS = 60_000;
/** A backup that failed is not tried again before. */
const RETRY_AFTER_MS = 15 * 60_000;

/** Starts the schedule of backups: a full one a week, an incremental one a day. */
export async function startBackupAgent(options: BackupAgentOptions): Promise<BackupAgent> {
  const { pgbackrest, readState, port, address = '127.0.0.1', instance, now, onEvent } = options;
  const metrics = createBackupMetrics(instance, readState);
  const ending = new AbortController();
  let notBefore = new Date(0);

  const learn = async () => {
    const backups = await listBackups(pgbackrest);
    for (const { type, endedAt } of backups) metrics.succeeded(type === 'full' ? 'full' : 'incr', endedAt);
    return backups;
  };
  const fail = (type: Parameters<typeof metrics.failed>[0], error: unknown): void => {
    if (ending.signal.aborted) return;
    metrics.failed(type);
    notBefore = new Date(now().getTime() + RETRY_AFTER_MS);
    const reason = error instanceof Error ? error.message : String(error);
    onEvent(
      `${type === 'list' ? 'the repository of backups cannot be read' : `no ${type} backup was made`}: ${reason}`,
    );
  };
  const round = async (): Promise<void> => {
    if (ending.signal.aborted || now() < notBefore) return;
    let type: 'full' | 'incr' | undefined;
    try {
      type = dueBackup(await learn(), now());
    } catch (error) {
      return fail('list', error);
    }
    if (type === undefined) return;
    try {
      await makeBackup(pgbackrest, type, ending.signal);
      await learn();
      onEvent(`${type} backup made`);
    } catch (error) {
      fail(type, error);
    }
  };

  let running: Promise<void> = Promise.resolve();
  const look = (): Promise<void> => (running = running.then(round));
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    void metrics.expose().then(({ contentType, text }) => {
      response.setHeader('content-type', contentType);
      response.end(text);
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  void look();
  return {
    // A server on a TCP port has an address of that form.
    url: `http://${address}:${typeof bound === 'object' && bound ? bound.port : port}`,
    look,
    stop: async () => {
      clearInterval(timer);
      ending.abort();
      await running;
      server.closeAllConnections();
      server.close();
    },
  };
}
