import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ServiceName } from '@soc/contracts';
import type { FleetSecrets } from '../secrets/fleet-secrets.ts';
import type { IssuedCertificate } from '../tls/certificate-authority.ts';
import { composeEnvironmentOf, type ComposeOptions } from './compose-environment.ts';
import { composeRedisUsers } from './redis-users.ts';

export interface MountedOptions extends ComposeOptions {
  readonly postgresCertificate: IssuedCertificate;
  readonly redisCertificate: IssuedCertificate;
}

/** Every file that a container is given as a secret, by the name that the compose file knows it by. */
export async function mountedFiles(options: MountedOptions): Promise<Readonly<Record<string, string>>> {
  const { secrets, stores, postgresCertificate, redisCertificate } = options;
  return {
    ...(await kept(secrets)),
    ...Object.fromEntries(
      ServiceName.options.map((service) => [`${service}.env`, envFile(composeEnvironmentOf(service, options).secret)]),
    ),
    'postgres-passwords.json': JSON.stringify(secrets.postgres),
    'postgres-superuser-password': secrets.postgres.superuser,
    'postgres-replication-password': secrets.postgres.replication,
    'postgres-monitor-password': stores.postgresMonitorPassword,
    'postgres-certificate.pem': postgresCertificate.certificate,
    'postgres-key.pem': postgresCertificate.key,
    'patroni-api-password': stores.patroniApiPassword,
    'redis-users.acl': composeRedisUsers(secrets, stores.redisExporterPassword),
    'redis-certificate.pem': redisCertificate.certificate,
    'redis-key.pem': redisCertificate.key,
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
  };
}

/** The files of the fleet's own secrets, under the names they have there. */
async function kept(secrets: FleetSecrets): Promise<Readonly<Record<string, string>>> {
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
