import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { type AdminCredentials, demandAdmin, keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { Switches } from '../switches.ts';
import { type ComposeEnvironment, composeEnvironmentOf, type DataServers } from './compose-environment.ts';
import { COMPOSE_HOSTS, POSTGRES_SERVERS } from './compose-names.ts';
import { dotEnv, partsOf, type Profile } from './dot-env.ts';
import { composeBackupFiles } from './backup-conf.ts';
import { filesOfServers, filesOfServices, filesOfStores } from './mounted-files.ts';
import { issueCertificates } from './server-certificates.ts';
import { serviceSettings } from './service-settings.ts';
import { demandAbsent, writeNew, writeOpenFolder } from './set-up-files.ts';
import { keepStoreSecrets } from './store-secrets.ts';

export interface InitOptions {
  /** Gets `.env`, and `.soc/compose` for all else; the folder of the compose file. */
  readonly directory: string;
  readonly profile: Profile;
  readonly switches: Switches;
  readonly admin: Partial<AdminCredentials>;
}

/** What was made. */
export interface ComposeSetUp {
  readonly envFile: string;
  readonly dataDirectory: string;
  readonly admin: AdminCredentials;
  /** What a service of the compose file is told. */
  readonly environmentOf: (service: ServiceName) => ComposeEnvironment;
}

/**
 * Writes what the compose file asks for, with secrets of its own: `.env` (mode 0600) and `.soc/compose` (mode 0700). Throws
 * `OperatorError`, and writes nothing, where one of them is there: the secrets of a running fleet would be lost; and for an
 * administrator that cannot be.
 *
 * The files in `mounted` may be read by everybody who reaches them, since containers run as users of their own; nobody
 * reaches them past the folder but whoever is given one. Keys that are never mounted are 0600 in `secrets`.
 */
export async function initCompose(options: InitOptions): Promise<ComposeSetUp> {
  const { directory, profile, switches, admin } = options;
  const [envFile, dataDirectory] = [join(directory, '.env'), join(directory, '.soc/compose')];
  for (const path of [envFile, dataDirectory]) await demandAbsent(path);
  demandAdmin(admin);

  await mkdir(join(directory, '.soc'), { recursive: true });
  await mkdir(dataDirectory, { mode: 0o700 });
  const secretsDirectory = join(dataDirectory, 'secrets');
  const secrets = await keepFleetSecrets(secretsDirectory, admin);
  const stores = await keepStoreSecrets(secretsDirectory);
  const certificates = await issueCertificates(secretsDirectory, COMPOSE_HOSTS);

  const parts = partsOf(profile, switches);
  const told = { secrets, stores, servers: serversOf(switches) };
  await writeOpenFolder(join(dataDirectory, 'mounted'), {
    ...(await filesOfServices(told)),
    ...filesOfServers(secrets, certificates, stores.redisExporterPassword),
    ...filesOfStores(stores),
    ...composeBackupFiles({
      cipherPass: stores.backupCipherPass,
      hasReplica: switches.POSTGRES_CLUSTERING_ENABLED,
    }),
  });
  await writeNew(join(dataDirectory, 'services.env'), serviceSettings(parts), 0o600);
  await writeNew(envFile, dotEnv({ dataDirectory, parts }), 0o600);
  const environmentFor = (service: ServiceName) => composeEnvironmentOf(service, told);
  return { envFile, dataDirectory, admin: secrets.admin, environmentOf: environmentFor };
}

function serversOf({ POSTGRES_CLUSTERING_ENABLED: hasReplica }: Switches): DataServers {
  const master = `postgres-master:${POSTGRES_SERVERS['postgres-master']}`;
  const slave = `postgres-slave:${POSTGRES_SERVERS['postgres-slave']}`;
  return { postgres: hasReplica ? [master, slave] : [master], redis: 'redis:6379' };
}
