import { generateKeyPair, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceName } from '@soc/contracts';
import { AccountEmail, NewPassword } from '@soc/contracts/auth/account';
import { KeyRingData, newKeyRing } from '@soc/messaging';
import { z } from 'zod';
import { OperatorError } from '../operator-error.ts';
import type { IssuedCertificate } from '../tls/certificate-authority.ts';
import { keepAuthority, keepServerCertificate } from '../tls/kept-certificates.ts';
import { BUS_KEY_RING } from './bus-keys.ts';
import { keepSecret } from './secret-file.ts';
import { firstTokenKeys, TOKEN_KEY_RING } from './token-keys.ts';

const AdminCredentials = z.object({ email: AccountEmail, password: NewPassword });
export type AdminCredentials = z.infer<typeof AdminCredentials>;

const PerService = z.record(ServiceName, z.string());
/** The passwords of PostgreSQL's roles, as they are kept. */
export const PostgresPasswords = z.object({ superuser: z.string(), replication: z.string(), services: PerService });

/** Everything that must stay secret and must be the same at the next start. */
export interface FleetSecrets {
  readonly admin: AdminCredentials;
  /** JSON file of the RSA keys that access tokens are signed with. */
  readonly signingKeyFile: string;
  /** PEM file of the Ed25519 key that the audit trail is signed with. */
  readonly auditSigningKeyFile: string;
  /** PEM file of the Ed25519 key that the custody of evidence is signed with. */
  readonly custodySigningKeyFile: string;
  /** PEM file of the EC key that internal tokens are signed with. */
  readonly gatewaySigningKeyFile: string;
  /** File of the keys that seal the secrets of second factors. */
  readonly mfaKeyFile: string;
  /** JSON file of the services' own client secrets. */
  readonly serviceSecretsFile: string;
  readonly serviceSecrets: z.infer<typeof PerService>;
  readonly postgres: z.infer<typeof PostgresPasswords>;
  /** The certificate of PostgreSQL's servers. */
  readonly postgresCertificate: IssuedCertificate;
  /** PEM file of the authority that made the certificates of this data directory. */
  readonly authorityFile: string;
  /** Of the administrator of Redis. */
  readonly redisPassword: string;
  /** Of the user each service has in Redis. */
  readonly redisServicePasswords: z.infer<typeof PerService>;
  /** JSON file of the keys that events are sealed with. */
  readonly busKeyRingFile: string;
  /** Seals the credentials of notification channels: 32 bytes in base64. */
  readonly notificationKey: string;
  /** Signs consistency tokens: 32 bytes in base64. */
  readonly consistencyTokenKey: string;
}

/** 256 random bits that need no quoting anywhere. */
const randomSecret = (): string => randomBytes(32).toString('base64url');

/** A new key of 256 bits, in base64. */
export const newSecretKey = (): string => randomBytes(32).toString('base64');

const perService = (): Record<ServiceName, string> => {
  const entries = ServiceName.options.map((name) => [name, randomSecret()] as const);
  // `fromEntries` forgets that the keys are exactly the services.
  return Object.fromEntries(entries) as Record<ServiceName, string>;
};

/** Of the key that signs the audit trail, within the directory of secrets. */
export const AUDIT_SIGNING_KEY = 'audit-signing-key.pem';

/** Of the key that signs the custody of evidence, within the directory of secrets. */
export const CUSTODY_SIGNING_KEY = 'custody-signing-key.pem';

/** A new Ed25519 private key, as PEM. */
export async function newAuditSigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A new EC private key on P-256, as PEM. */
export async function newGatewaySigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Throws `OperatorError` for an e-mail or a password that no account may have. */
export function demandAdmin(admin: Partial<AdminCredentials>): void {
  const given = AdminCredentials.partial().safeParse(admin);
  if (given.success) return;
  const reasons = given.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new OperatorError(`No administrator can be made: ${reasons.join('; ')}.`);
}

/**
 * Reads the secrets of a data directory, making those that are missing. `admin` gives the first administrator's e-mail or
 * password; it counts only on the first start, since later the account is there.
 */
export async function keepFleetSecrets(directory: string, admin: Partial<AdminCredentials>): Promise<FleetSecrets> {
  const keepJson = async <T>(name: string, schema: z.ZodType<T>, create: () => T): Promise<T> =>
    schema.parse(JSON.parse(await keepSecret(join(directory, name), () => `${JSON.stringify(create(), null, 2)}\n`)));
  demandAdmin(admin);
  const firstAdmin = () => ({
    email: admin.email ?? 'admin@soc.local',
    password: admin.password ?? randomSecret().slice(0, 24),
  });
  const signingKeyFile = join(directory, TOKEN_KEY_RING);
  const auditSigningKeyFile = join(directory, AUDIT_SIGNING_KEY);
  const custodySigningKeyFile = join(directory, CUSTODY_SIGNING_KEY);
  const gatewaySigningKeyFile = join(directory, 'gateway-signing-key.pem');
  const mfaKeyFile = join(directory, 'auth-mfa-keys');
  const newPasswords = () => ({ superuser: randomSecret(), replication: randomSecret(), services: perService() });

  const [
    credentials,
    serviceSecrets,
    postgres,
    redisServicePasswords,
    redisPassword,
    notificationKey,
    consistencyTokenKey,
  ] = await Promise.all([
    keepJson('admin.json', AdminCredentials, firstAdmin),
    keepJson('service-secrets.json', PerService, perService),
    keepJson('postgres-passwords.json', PostgresPasswords, newPasswords),
    keepJson('redis-passwords.json', PerService, perService),
    keepSecret(join(directory, 'redis-password'), randomSecret),
    keepSecret(join(directory, 'notification-key'), newSecretKey),
    keepSecret(join(directory, 'consistency-token-key'), newSecretKey),
    keepSecret(signingKeyFile, () => firstTokenKeys(directory)),
    keepSecret(auditSigningKeyFile, newAuditSigningKey),
    keepSecret(custodySigningKeyFile, newAuditSigningKey),
    keepSecret(gatewaySigningKeyFile, newGatewaySigningKey),
    keepSecret(mfaKeyFile, newSecretKey),
    keepJson(BUS_KEY_RING, KeyRingData, newKeyRing),
  ]);
  const serviceSecretsFile = join(directory, 'service-secrets.json');
  const busKeyRingFile = join(directory, BUS_KEY_RING);
  const redis = { redisPassword, redisServicePasswords };
  const kept = { serviceSecrets, postgres, ...redis, busKeyRingFile, notificationKey, consistencyTokenKey };
  const signing = { signingKeyFile, auditSigningKeyFile, custodySigningKeyFile, gatewaySigningKeyFile };
  const files = { ...signing, mfaKeyFile, serviceSecretsFile };
  return { admin: credentials, ...files, ...kept, ...(await keepCertificates(directory)) };
}

async function keepCertificates(
  directory: string,
): Promise<Pick<FleetSecrets, 'authorityFile' | 'postgresCertificate'>> {
  const now = new Date();
  const authority = await keepAuthority(directory, now);
  const server = { commonName: 'postgres', hosts: ['127.0.0.1', 'localhost'], now };
  const postgresCertificate = await keepServerCertificate(directory, authority, server);
  return { authorityFile: authority.certificateFile, postgresCertificate };
}
