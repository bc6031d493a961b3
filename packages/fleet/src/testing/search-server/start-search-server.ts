import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { prepareServerDirectory } from '../../account/server-directory.ts';
import { spawnGuarded } from '../../supervisor/guarded-process.ts';
import type { Host } from '../../host.ts';
import { openLogFile } from '../../supervisor/log-file.ts';
import { takeFreePorts } from '../free-ports.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';
import { waitFor } from '../wait-for.ts';
import { ensureSearchServer } from './install-search-server.ts';
import { layOutServerHome } from './server-home.ts';

/** A real OpenSearch of one node, without a login, on a port of this machine. */
export interface SearchServer {
  readonly url: string;
  /** Starts it again over the same data; resolves when it answers. */
  readonly start: () => Promise<void>;
  /** `kill -9`; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Stops it and removes its data. */
  readonly stop: () => Promise<void>;
}

export interface SearchServerOptions {
  readonly host: Host;
  /** Compiles less, for a server that lives for seconds. */
  readonly isShortLived?: boolean;
  /** Lines of the installation. */
  readonly onOutput?: (text: string) => void;
}

const READY_WITHIN_MS = 180_000;
const JVM = [
  '-Xms256m',
  '-Xmx512m',
  '-Xss1m',
  '-XX:+UseSerialGC',
  '-Xshare:auto',
  '-Djava.security.manager=allow',
  '-Djna.nosys=true',
  '-Dlog4j2.disable.jmx=true',
  '-Dio.netty.noUnsafe=true',
  '-Dio.netty.allocator.numDirectArenas=0',
  '-Dopensearch.distribution.type=tar',
];

/**
 * Starts a server on free ports, with its data in a temporary folder and at most 512 MB of heap. What is missing is
 * installed. Should this process die, the server stops. Throws `OperatorError` where it cannot be had.
 */
export async function startSearchServer(options: SearchServerOptions): Promise<SearchServer> {
  const { host, isShortLived = true } = options;
  const { java, jars } = await ensureSearchServer(host, options.onOutput);
  const temporary = await makeTemporaryDirectory('search-server');
  const { directory: home, account } = await prepareServerDirectory(join(temporary.path, 'home'), host.uid === 0);
  await layOutServerHome(home, jars, account);
  const [port, transportPort = 0] = await takeFreePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const log = openLogFile(join(temporary.path, 'search-server.log'));
  const jvm = [
    ...JVM,
    ...(isShortLived ? ['-XX:TieredStopAtLevel=1'] : []),
    `-Djava.io.tmpdir=${join(home, 'tmp')}`,
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${join(home, 'config')}`,
  ];
  const settings = [`-Ehttp.port=${port}`, `-Etransport.port=${transportPort}`];
  let guard: ChildProcess | undefined;

  const end = async (signal: 'SIGTERM' | 'SIGUSR1'): Promise<void> => {
    if (!guard) return;
    const gone = guard.exitCode === null ? once(guard, 'exit') : Promise.resolve();
    guard.kill(signal);
    await gone;
    guard = undefined;
  };
  const start = async (): Promise<void> => {
    const starting = spawnGuarded({
      command: java,
      args: [...jvm, '-cp', join(home, 'lib', '*'), 'org.opensearch.bootstrap.OpenSearch', ...settings],
      stopSignal: 'TERM',
      cwd: home,
      logFd: log.fd,
      env: { HOME: home, LC_ALL: 'C.UTF-8' },
      ...account,
    });
    guard = starting;
    const hasEnded = (): boolean => starting.exitCode !== null;
    await waitFor(async () => hasEnded() || (await answers(url)), { deadlineMs: READY_WITHIN_MS, everyMs: 200 });
    if (hasEnded()) throw new Error(`the search server ended: ${log.tail().slice(-5).join('\n')}`);
  };
  const stop = async (): Promise<void> => {
    await end('SIGTERM');
    await temporary[Symbol.asyncDispose]();
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, start, stop, kill: () => end('SIGUSR1') };
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
    signal: AbortSignal.timeout(5_000),
  });
  await answer.arrayBuffer();
  return answer.ok;
}
