import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { keepSecret } from '../secrets/secret-file.ts';

const StoreSecrets = z.object({
  patroniApiPassword: z.string(),
  postgresMonitorPassword: z.string(),
  redisExporterPassword: z.string(),
  elasticsearchPassword: z.string(),
  influxdbPassword: z.string(),
  influxdbToken: z.string(),
  minioUser: z.string(),
  minioPassword: z.string(),
  /** Of MinIO's own encryption: a name and 32 bytes in base64. */
  minioKey: z.string(),
  grafanaPassword: z.string(),
  /** Of everything in the repository of backups. */
  backupCipherPass: z.string(),
});

/** Secrets of the servers that only a compose file has. */
export type StoreSecrets = z.infer<typeof StoreSecrets>;

const random = (): string => randomBytes(24).toString('base64url');

const create = (): StoreSecrets => ({
  patroniApiPassword: random(),
  postgresMonitorPassword: random(),
  redisExporterPassword: random(),
  elasticsearchPassword: random(),
  influxdbPassword: random(),
  influxdbToken: random(),
  minioUser: `soc-${randomBytes(6).toString('hex')}`,
  minioPassword: random(),
  minioKey: `soc:${randomBytes(32).toString('base64')}`,
  grafanaPassword: random(),
  backupCipherPass: randomBytes(48).toString('base64url'),
});

/** Reads them from a folder of secrets, or makes them. */
export const keepStoreSecrets = async (directory: string): Promise<StoreSecrets> =>
  StoreSecrets.parse(
    JSON.parse(await keepSecret(join(directory, 'store-secrets.json'), () => JSON.stringify(create(), null, 2))),
  );
