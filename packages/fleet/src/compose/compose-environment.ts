import { basename } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import { redisUserOf } from '@soc/messaging/redis';
import { roleOf } from '../postgres/roles-repository.ts';
import { DATABASE } from '../schemas.ts';
import type { FleetSecrets } from '../secrets/fleet-secrets.ts';
import { environmentOf } from '../service-environment.ts';
import { composeLayout, composeNameOf, MOUNTED } from './compose-names.ts';
import type { StoreSecrets } from './store-secrets.ts';

type Variables = Readonly<Record<string, string>>;

/** What a service of the compose file is told: openly, in the file itself, and in a file that it alone is given. */
export interface ComposeEnvironment {
  readonly open: Variables;
  readonly secret: Variables;
}

/** Where the data servers are, as services find them: `host:port`. */
export interface DataServers {
  /** Whichever of them is the primary is learnt from them. */
  readonly postgres: readonly [string, ...string[]];
  readonly redis: string;
}

export interface ComposeOptions {
  readonly secrets: FleetSecrets;
  /** Undefined where search, metric and object servers are the operator's own. */
  readonly stores: StoreSecrets | undefined;
  readonly servers: DataServers;
}

/** Variables whose values are secret, or hold one. */
const SECRET: ReadonlySet<string> = new Set([
  'AUTH_ADMIN_EMAIL',
  'AUTH_ADMIN_PASSWORD',
  'CONSISTENCY_TOKEN_KEY',
  'DATABASE_REPLICA_URLS',
  'DATABASE_URL',
  'NOTIFICATION_SECRET_KEY',
  'REDIS_URL',
  'SERVICE_SECRET',
  'EVIDENCE_S3_ACCESS_KEY_ID',
  'EVIDENCE_S3_SECRET_ACCESS_KEY',
  'INFLUXDB_TOKEN',
  'SEARCH_SERVER_PASSWORD',
]);

/** Of the image, or of a machine with many processes: nothing that a container is told. */
const NOT_IN_COMPOSE: ReadonlySet<string> = new Set([
  'INSTANCE_ID',
  'MALLOC_ARENA_MAX',
  'NODE_COMPILE_CACHE',
  'LOG_LEVEL',
]);

const databaseUrl = (service: ServiceName, server: string, { postgres }: FleetSecrets): string =>
  `postgres://${roleOf(service)}:${postgres.services[service]}@${server}/${DATABASE}?sslmode=verify-full`;

/**
 * What a service is told under compose: the same variables as by `npm start`, with names in place of this machine's ports and
 * with TLS on the way to PostgreSQL and Redis. A variable that `npm start` learns to set is thereby one of compose.
 */
export function composeEnvironmentOf(service: ServiceName, options: ComposeOptions): ComposeEnvironment {
  const { secrets, stores, servers } = options;
  const [firstServer, ...otherServers] = servers.postgres;
  const instance = composeLayout.instances.find((each) => each.service === service);
  if (!instance) throw new Error(`no ${service} in the layout`);
  const told = {
    ...environmentOf(instance, {
      layout: composeLayout,
      secrets: mounted(secrets),
      dataDirectory: '/var/lib/soc',
      redisUrl: () => `rediss://${redisUserOf(service)}:${secrets.redisServicePasswords[service]}@${servers.redis}`,
      logLevel: 'info',
      inherited: {},
      overrides: {},
      databaseUrl: () => databaseUrl(service, firstServer, secrets),
      replicaUrl: () => otherServers.map((server) => databaseUrl(service, server, secrets)).join(),
    }),
    ...ownOf(service, stores),
  };
  const entries = Object.entries(told).filter(([name]) => !NOT_IN_COMPOSE.has(name));
  const pick = (isSecret: boolean) => Object.fromEntries(entries.filter(([name]) => SECRET.has(name) === isSecret));
  return { open: pick(false), secret: pick(true) };
}

/** What is so in containers and not on one machine. */
function ownOf(service: ServiceName, stores: StoreSecrets | undefined): Variables {
  const upstreams = composeLayout.instances
    .filter((each) => each.service !== 'gateway')
    // Every A record of the name is a replica: --scale needs no other word.
    .map(({ service: name, port }): [string, string] => [
      `UPSTREAM_${name.toUpperCase()}`,
      `dns://${composeNameOf(name)}:${port}`,
    ]);
  return {
    SOC_HOST: '0.0.0.0',
    SOC_SECRETS_FILE: `${MOUNTED}/${service}.env`,
    REDIS_CA_FILE: `${MOUNTED}/authority.pem`,
    ...(service === 'gateway' ? Object.fromEntries(upstreams) : { DATABASE_CA_FILE: `${MOUNTED}/authority.pem` }),
    ...(service === 'auth' && { AUTH_PUBLIC_URL: 'http://localhost:8000' }),
    ...(service === 'storage' &&
      stores && {
        EVIDENCE_S3_ACCESS_KEY_ID: stores.minioUser,
        EVIDENCE_S3_SECRET_ACCESS_KEY: stores.minioPassword,
        INFLUXDB_TOKEN: stores.influxdbToken,
        SEARCH_SERVER_PASSWORD: stores.elasticsearchPassword,
      }),
  };
}

/** The same secrets, their files where a container finds them. */
function mounted(secrets: FleetSecrets): FleetSecrets {
  const at = (path: string): string => `${MOUNTED}/${basename(path)}`;
  return {
    ...secrets,
    signingKeyFile: at(secrets.signingKeyFile),
    auditSigningKeyFile: at(secrets.auditSigningKeyFile),
    custodySigningKeyFile: at(secrets.custodySigningKeyFile),
    gatewaySigningKeyFile: at(secrets.gatewaySigningKeyFile),
    mfaKeyFile: at(secrets.mfaKeyFile),
    serviceSecretsFile: at(secrets.serviceSecretsFile),
    busKeyRingFile: at(secrets.busKeyRingFile),
    authorityFile: at(secrets.authorityFile),
  };
}
