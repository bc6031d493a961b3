import { spawn } from 'node:child_process';
import type { Host } from './host.ts';
import { OperatorError } from './operator-error.ts';
import { keepQuiet } from './keep-quiet.ts';
import { findProgram } from './redis/find-redis-server.ts';

/** Where a package puts its programs, whatever the caller's own search path is. */
export const systemSearchPath = (host: Host): string => `${host.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;

/** A stale list of packages is no reason to give up: the installation tells. Another apt-get is waited for. */
const INSTALL = `
services=$1; shift
apt-get update -q || true
apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" || exit 1
[ -z "$services" ] || systemctl disable $services >/dev/null 2>&1 || true
`;

/**
 * Installs packages with apt-get, as root or through a sudo that asks nothing. None of their servers is started. `onOutput`
 * gets the lines of the installation. Throws `OperatorError`, ending with `byHand`, where it cannot be done.
 */
export async function installDebianPackages(
  packages: readonly string[],
  options: {
    readonly host: Host;
    /** Units that come enabled and shall not run. */
    readonly services: readonly string[];
    /** What a person can do instead. */
    readonly byHand: string;
    readonly onOutput: (text: string) => void;
  },
): Promise<void> {
  const { host, services, byHand, onOutput } = options;
  const names = packages.join(' ');
  const env = { ...host.env, PATH: systemSearchPath(host) };
  if ((await findProgram('apt-get', env.PATH)) === undefined) {
    throw new OperatorError(`There is no ${names}, and no apt-get; ${byHand}`);
  }
  const asRoot = host.uid === 0 ? [] : ['sudo', '-n'];
  if (asRoot.length > 0 && !(await runToEnd([...asRoot, 'true'], env, onOutput))) {
    throw new OperatorError(`There is no ${names}, and sudo asks for a password; ${byHand}`);
  }
  const shell = ['env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', `${keepQuiet()}${INSTALL}`, 'install'];
  const isInstalled = await runToEnd([...asRoot, ...shell, services.join(' '), ...packages], env, onOutput);
  if (!isInstalled) throw new OperatorError(`apt-get could not install ${names}; ${byHand}`);
}

/** Whether the command ended well. */
async function runToEnd(
  command: readonly string[],
  env: Host['env'],
  onOutput: (text: string) => void,
): Promise<boolean> {
  const [program = '', ...args] = command;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env } });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
  child.once('error', () => resolve(false));
  child.once('close', (code) => resolve(code === 0));
  return promise;
}
