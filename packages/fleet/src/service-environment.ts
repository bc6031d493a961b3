import { join } from 'node:path';
import type { ServiceName } from '@soc/contracts';
import type { Layout, ServiceInstance } from './layout.ts';
import type { FleetSecrets } from './secrets/fleet-secrets.ts';
import { compileCacheDirectory } from './services.ts';

export interface EnvironmentOptions {
  readonly layout: Layout;
  readonly secrets: FleetSecrets;
  readonly dataDirectory: string;
  readonly redisUrl: (service: ServiceName) => string;
  readonly logLevel: string;
  /** Of the machine; what the fleet sets itself wins. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Of one service; wins over all. */
  readonly overrides: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>;
  readonly databaseUrl: (service: ServiceName) => string;
  /** Undefined when there is no replica. */
  readonly replicaUrl: (service: ServiceName) => string | undefined;
}

/** Where the checkpoints of the audit trail of a fleet are. */
export const checkpointDirectoryOf = (dataDirectory: string): string => join(dataDirectory, 'audit-checkpoints');

/** Set for the command, not for the services. */
const NOT_INHERITED = ['SOC_ADMIN_EMAIL', 'SOC_ADMIN_PASSWORD', 'NODE_OPTIONS', 'NODE_CHANNEL_FD'];

/** The environment that one process of a service starts with. */
export function environmentOf(
  instance: ServiceInstance,
  options: EnvironmentOptions,
): Readonly<Record<string, string>> {
  const { service } = instance;
  const inherited = Object.entries(options.inherited).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !NOT_INHERITED.includes(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    SOC_HOST: '127.0.0.1',
    PORT: String(instance.port),
    LOG_LEVEL: options.logLevel,
    INSTANCE_ID: `${service}-${instance.instance}`,
    REDIS_URL: options.redisUrl(service),
    AUTH_JWKS_URL: `${urlsOf('auth', options.layout)[0] ?? ''}/api/v1/auth/.well-known/jwks.json`,
    SERVICE_SECRET: options.secrets.serviceSecrets[service],
    BUS_KEY_RING_FILE: options.secrets.busKeyRingFile,
    NODE_COMPILE_CACHE: compileCacheDirectory(),
    // Node's threads allocate little; an arena for each only fragments.
    MALLOC_ARENA_MAX: '2',
    ...(service !== 'gateway' && {
      GATEWAY_JWKS_URL: `${urlsOf('gateway', options.layout)[0] ?? ''}/.well-known/jwks.json`,
      DATABASE_URL: options.databaseUrl(service),
      DATABASE_REPLICA_URLS: options.replicaUrl(service) ?? '',
      CONSISTENCY_TOKEN_KEY: options.secrets.consistencyTokenKey,
    }),
    ...environmentOfService(service, options),
    ...options.overrides[service],
  };
}

const urlsOf = (service: ServiceName, { instances }: Layout): readonly string[] =>
  instances.filter((instance) => instance.service === service).map(({ url }) => url);

function environmentOfService(
  service: ServiceName,
  { secrets, layout, dataDirectory, inherited }: EnvironmentOptions,
): Readonly<Record<string, string>> {
  switch (service) {
    case 'auth':
      return {
        AUTH_SIGNING_KEY_FILE: secrets.signingKeyFile,
        AUDIT_SIGNING_KEY_FILE: secrets.auditSigningKeyFile,
        AUDIT_CHECKPOINT_DIR: checkpointDirectoryOf(dataDirectory),
        AUTH_MFA_KEY_FILE: secrets.mfaKeyFile,
        AUTH_SERVICE_SECRETS_FILE: secrets.serviceSecretsFile,
        AUTH_ADMIN_EMAIL: secrets.admin.email,
        AUTH_ADMIN_PASSWORD: secrets.admin.password,
        AUTH_PUBLIC_URL:
          inherited['AUTH_PUBLIC_URL'] ?? urlsOf('gateway', layout)[0]?.replace('127.0.0.1', 'localhost') ?? '',
      };
    case 'gateway': {
      const upstreams = Map.groupBy(
        layout.instances.filter((instance) => instance.service !== 'gateway'),
        (instance) => `UPSTREAM_${instance.service.toUpperCase()}`,
      );
      return {
        ...Object.fromEntries(
          [...upstreams].map(([name, instances]) => [name, instances.map(({ url }) => url).join()]),
        ),
        GATEWAY_SIGNING_KEY_FILE: secrets.gatewaySigningKeyFile,
      };
    }
    case 'notification':
      return { NOTIFICATION_SECRET_KEY: secrets.notificationKey };
    case 'storage':
      return {
        EVIDENCE_DIR: join(dataDirectory, 'evidence'),
        CUSTODY_SIGNING_KEY_FILE: secrets.custodySigningKeyFile,
      };
    case 'alert':
    case 'ai':
    case 'intel':
    case 'response':
    case 'analytics':
      return {};
  }
}
