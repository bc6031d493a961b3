import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ServiceName } from '@soc/contracts';
import type { FleetSecrets } from '../secrets/fleet-secrets.ts';
import type { ServerCertificates } from './server-certificates.ts';
import { composeEnvironmentOf, type ComposeOptions } from './compose-environment.ts';
import { composeRedisUsers } from './redis-users.ts';
import type { StoreSecrets } from './store-secrets.ts';

type Files = Readonly<Record<string, string>>;

/** What the services and `soc database prepare` are given, by the names that compose and the Helm chart know them by. */
export const filesOfServices = async (options: ComposeOptions): Promise<Files> => ({
  ...(await kept(options.secrets)),
  ...Object.fromEntries(
    ServiceName.options.map((service) => [`${service}.env`, envFile(composeEnvironmentOf(service, options).secret)]),
  ),
  'postgres-passwords.json': JSON.stringify(options.secrets.postgres),
});

/** What PostgreSQL and Redis are given. */
export const filesOfServers = (
  secrets: FleetSecrets,
  { postgres, redis }: ServerCertificates,
  exporterPassword: string,
): Files => ({
  'postgres-superuser-password': secrets.postgres.superuser,
  'postgres-replication-password': secrets.postgres.replication,
  'postgres-certificate.pem': postgres.certificate,
  'postgres-key.pem': postgres.key,
  'redis-users.acl': composeRedisUsers(secrets, exporterPassword),
  'redis-certificate.pem': redis.certificate,
  'redis-key.pem': redis.key,
});

/** What else there is under compose. */
export const filesOfStores = (stores: StoreSecrets): Files => ({
  'postgres-monitor-password': stores.postgresMonitorPassword,
  'patroni-api-password': stores.patroniApiPassword,
  'redis-exporter.json': JSON.stringify({ 'rediss://soc_exporter@redis:6379': stores.redisExporterPassword }),
  'elasticsearch-password': stores.elasticsearchPassword,
  'influxdb-password': stores.influxdbPassword,
  'influxdb-token': stores.influxdbToken,
  'minio-user': stores.minioUser,
  'minio-password': stores.minioPassword,
  'minio-key': stores.minioKey,
  'grafana-password': stores.grafanaPassword,
  // A key of the SOC that only the running SOC can make: the operator puts it here.
  'alertmanager-api-key': '',
});

/** The files of the fleet's own secrets, under the names they have there. */
async function kept(secrets: FleetSecrets): Promise<Files> {
  const paths = [
    secrets.signingKeyFile,
    secrets.auditSigningKeyFile,
    secrets.custodySigningKeyFile,
    secrets.gatewaySigningKeyFile,
    secrets.mfaKeyFile,
    secrets.serviceSecretsFile,
    secrets.busKeyRingFile,
    secrets.authorityFile,
  ];
  const read = async (path: string) => [basename(path), await readFile(path, 'utf8')] as const;
  return Object.fromEntries(await Promise.all(paths.map(read)));
}

const envFile = (variables: Readonly<Record<string, string>>): string =>
  `${Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
