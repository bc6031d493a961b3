import { installDebianPackages, systemSearchPath } from '../../debian-packages.ts';
import type { Host } from '../../host.ts';
import { OperatorError } from '../../operator-error.ts';
import { findProgram } from '../../redis/find-redis-server.ts';

/** The programs that check what Prometheus and Alertmanager are told. */
export interface PrometheusPrograms {
  readonly promtool: string;
  readonly amtool: string;
}

const BY_HAND = 'install prometheus and prometheus-alertmanager by hand.';

/** Finds the programs; installs with apt-get what is missing. No server is started. */
export async function ensurePrometheus(host: Host, onOutput: (text: string) => void): Promise<PrometheusPrograms> {
  const found = await findPrograms(host);
  if (found) return found;
  const packages = ['prometheus', 'prometheus-alertmanager'];
  const services = packages.map((name) => `${name}.service`);
  await installDebianPackages(packages, { host, services, byHand: BY_HAND, onOutput });
  const installed = await findPrograms(host);
  if (!installed) throw new OperatorError(`apt-get did not bring promtool and amtool; ${BY_HAND}`);
  return installed;
}

async function findPrograms(host: Host): Promise<PrometheusPrograms | undefined> {
  const searchPath = systemSearchPath(host);
  const [promtool, amtool] = [await findProgram('promtool', searchPath), await findProgram('amtool', searchPath)];
  return promtool !== undefined && amtool !== undefined ? { promtool, amtool } : undefined;
}
