import { installDebianPackages, systemSearchPath } from '../debian-packages.ts';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { findRedisServer } from './find-redis-server.ts';

const BY_HAND = 'install it by hand, put redis-server on the PATH, or set REDIS_URL to a Redis of yours.';

/**
 * Installs Redis with the machine's package manager, where that is apt-get and we are root or may become it without a
 * password. `onOutput` gets the lines of the installation. Returns the path of the server.
 */
export async function installRedisServer(host: Host, onOutput: (text: string) => void): Promise<string> {
  await installDebianPackages(['redis-server'], {
    host,
    services: ['redis-server.service'],
    byHand: BY_HAND,
    onOutput,
  });
  const path = await findRedisServer(systemSearchPath(host));
  if (path === undefined) throw new OperatorError(`apt-get installed no redis-server; ${BY_HAND}`);
  return path;
}
