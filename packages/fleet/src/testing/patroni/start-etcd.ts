import { join } from 'node:path';
import { prepareServerDirectory } from '../../account/server-directory.ts';
import type { Host } from '../../host.ts';
import { spawnGuarded } from '../../supervisor/guarded-process.ts';
import { openLogFile } from '../../supervisor/log-file.ts';
import type { SupervisedProcess } from '../../supervisor/process-spec.ts';
import { supervise } from '../../supervisor/supervise.ts';

/** Starts an etcd of one member, for tests: on two ports of this machine, with its data below `directory`. */
export async function startEtcd(options: {
  readonly program: string;
  readonly directory: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly host: Host;
}): Promise<SupervisedProcess> {
  const { directory, account } = await prepareServerDirectory(join(options.directory, 'etcd'), options.host.uid === 0);
  const clients = `http://127.0.0.1:${options.clientPort}`;
  const peers = `http://127.0.0.1:${options.peerPort}`;
  const log = openLogFile(join(options.directory, 'etcd.log'));
  const etcd = supervise(
    {
      name: 'etcd',
      spawn: () =>
        spawnGuarded({
          command: options.program,
          args: [
            '--name=etcd',
            `--data-dir=${join(directory, 'data')}`,
            `--initial-cluster=etcd=${peers}`,
            `--listen-client-urls=${clients}`,
            `--advertise-client-urls=${clients}`,
            `--listen-peer-urls=${peers}`,
            `--initial-advertise-peer-urls=${peers}`,
          ],
          stopSignal: 'TERM',
          cwd: directory,
          logFd: log.fd,
          env: { HOME: directory, LC_ALL: 'C' },
          ...account,
        }),
      isReady: async () => (await fetch(`${clients}/health`, { signal: AbortSignal.timeout(2_000) })).ok,
      readyWithinMs: 30_000,
      politeSignal: 'SIGTERM',
      forceSignal: 'SIGUSR1',
      stopWithinMs: 10_000,
      log,
    },
    () => undefined,
  );
  await etcd.start();
  return etcd;
}
