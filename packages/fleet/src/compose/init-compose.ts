import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { OperatorError } from '../operator-error.ts';
import { type AdminCredentials, keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { Switches } from '../switches.ts';
import { keepAuthority, keepServerCertificate } from '../tls/kept-certificates.ts';
import { dotEnv, partsOf, type Profile } from './dot-env.ts';
import { mountedFiles } from './mounted-files.ts';
import { type ComposeEnvironment, composeEnvironmentOf } from './compose-environment.ts';
import { POSTGRES_SERVERS } from './compose-names.ts';
import { serviceSettings } from './service-settings.ts';
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
 * `OperatorError` where one of them is there: the secrets of a running fleet would be lost.
 *
 * The files in `mounted` may be read by everybody who reaches them, since containers run as users of their own; nobody
 * reaches them past the folder but whoever is given one. Keys that are never mounted are 0600 in `secrets`.
 */
export async function initCompose(options: InitOptions): Promise<ComposeSetUp> {
  const { directory, profile, switches, admin } = options;
  const [envFile, dataDirectory] = [join(directory, '.env'), join(directory, '.soc/compose')];
  for (const path of [envFile, dataDirectory]) await demandAbsent(path);

  await mkdir(join(directory, '.soc'), { recursive: true });
  await mkdir(dataDirectory, { mode: 0o700 });
  const secretsDirectory = join(dataDirectory, 'secrets');
  const secrets = await keepFleetSecrets(secretsDirectory, admin);
  const stores = await keepStoreSecrets(secretsDirectory);
  const certificates = await issueCertificates(secretsDirectory);

  const mounted = join(dataDirectory, 'mounted');
  await mkdir(mounted, { mode: 0o755 });
  const parts = partsOf(profile, switches);
  const hasReplica = switches.POSTGRES_CLUSTERING_ENABLED;
  const told = { secrets, stores, hasReplica };
  const files = await mountedFiles({ ...told, ...certificates });
  for (const [name, text] of Object.entries(files)) await write(join(mounted, name), text, 0o444);
  await write(join(dataDirectory, 'services.env'), serviceSettings(parts), 0o600);
  await write(envFile, dotEnv({ dataDirectory, parts }), 0o600);
  const environmentFor = (service: ServiceName) => composeEnvironmentOf(service, told);
  return { envFile, dataDirectory, admin: secrets.admin, environmentOf: environmentFor };
}

async function demandAbsent(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new OperatorError(
    `${path} is there already and is not overwritten: its secrets may be those of a running fleet. Move it away first.`,
  );
}

async function issueCertificates(directory: string) {
  const now = new Date();
  const authority = await keepAuthority(directory, now);
  const issue = (commonName: string, hosts: readonly string[]) =>
    keepServerCertificate(directory, authority, { commonName, hosts: [...hosts, 'localhost', '127.0.0.1'], now });
  return {
    postgresCertificate: await issue('postgres-cluster', Object.keys(POSTGRES_SERVERS)),
    redisCertificate: await issue('redis', ['redis']),
  };
}

/** Whatever the umask says. */
async function write(path: string, text: string, mode: number): Promise<void> {
  await writeFile(path, text, { mode, flag: 'wx' });
  await chmod(path, mode);
}
