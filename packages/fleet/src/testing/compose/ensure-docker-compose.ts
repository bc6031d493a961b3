import { installDebianPackages, systemSearchPath } from '../../debian-packages.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import { findProgram } from '../../redis/find-redis-server.ts';

const BY_HAND = 'install docker-compose by hand.';

/** Finds docker-compose 1.29 or installs it with apt-get, without an engine: to read a compose file it needs none. */
export async function ensureDockerCompose(host: Host, onOutput: (text: string) => void): Promise<string> {
  const find = () => findProgram('docker-compose', systemSearchPath(host));
  const found = await find();
  if (found !== undefined) return found;
  await installDebianPackages(['docker-compose'], { host, services: [], byHand: BY_HAND, onOutput });
  const installed = await find();
  if (installed === undefined) throw new OperatorError(`apt-get did not bring docker-compose; ${BY_HAND}`);
  return installed;
}
