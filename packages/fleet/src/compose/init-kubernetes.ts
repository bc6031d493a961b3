import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AdminCredentials, demandAdmin, keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { DataServers } from './compose-environment.ts';
import { filesOfServers, filesOfServices } from './mounted-files.ts';
import { issueCertificates } from './server-certificates.ts';
import { demandAbsent, writeOpenFolder } from './set-up-files.ts';
import { keepStoreSecrets } from './store-secrets.ts';

export interface KubernetesOptions {
  /** Gets `.soc/kubernetes`. */
  readonly directory: string;
  readonly servers: DataServers;
  readonly admin: Partial<AdminCredentials>;
}

/** What was made. */
export interface KubernetesSetUp {
  readonly dataDirectory: string;
  /** Files of the Secret that the chart names. */
  readonly mounted: string;
  /** Files for whoever runs PostgreSQL and Redis. */
  readonly forServers: string;
  readonly admin: AdminCredentials;
}

/**
 * Writes the secrets of a fleet that the Helm chart runs, for servers that are elsewhere, into `.soc/kubernetes` (mode 0700).
 * Throws `OperatorError`, and writes nothing, where that is there, and for an administrator that cannot be.
 */
export async function initKubernetes({ directory, servers, admin }: KubernetesOptions): Promise<KubernetesSetUp> {
  const dataDirectory = join(directory, '.soc/kubernetes');
  await demandAbsent(dataDirectory);
  demandAdmin(admin);
  await mkdir(join(directory, '.soc'), { recursive: true });
  await mkdir(dataDirectory, { mode: 0o700 });
  const secretsDirectory = join(dataDirectory, 'secrets');
  const secrets = await keepFleetSecrets(secretsDirectory, admin);
  const { redisExporterPassword } = await keepStoreSecrets(secretsDirectory);
  const hostOf = (server: string): string => server.replace(/:\d+$/, '');
  const hosts = { postgres: servers.postgres.map(hostOf), redis: [hostOf(servers.redis)] };
  const certificates = await issueCertificates(secretsDirectory, hosts);

  const [mounted, forServers] = [join(dataDirectory, 'mounted'), join(dataDirectory, 'servers')];
  await writeOpenFolder(mounted, await filesOfServices({ secrets, stores: undefined, servers }));
  await writeOpenFolder(forServers, filesOfServers(secrets, certificates, redisExporterPassword));
  return { dataDirectory, mounted, forServers, admin: secrets.admin };
}
