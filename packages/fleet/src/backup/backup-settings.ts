import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Host } from '../host.ts';
import { OperatorError } from '../operator-error.ts';
import { replaceSecret } from '../secrets/secret-file.ts';

/** Where backups are kept. */
export const BackupRepository = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string() }),
  z.object({
    kind: z.literal('s3'),
    bucket: z.string(),
    /** Within the bucket; begins with a slash. */
    path: z.string(),
    /** Host, or host and port; always reached by TLS. */
    endpoint: z.string(),
    region: z.string(),
    key: z.string(),
    keySecret: z.string(),
    uriStyle: z.enum(['host', 'path']),
    /** PEM file of the authority of the endpoint's certificate; the system's own when absent. */
    caFile: z.string().optional(),
  }),
]);
export type BackupRepository = z.infer<typeof BackupRepository>;

export const BackupSettings = z.object({
  repository: BackupRepository,
  /** Encrypts everything that leaves for the repository; without it nothing there can be read. */
  cipherPass: z.string().min(32),
  /** Full backups that are kept, each with what follows it: weeks that one can go back. */
  fullsKept: z.number().int().min(1),
  /** False where backups were turned off; the settings stay, so that what there is can be read. */
  isOn: z.boolean(),
});
export type BackupSettings = z.infer<typeof BackupSettings>;

/** Within the folder of secrets. */
export const BACKUP_SECRET = 'backup.json';

const FULLS_KEPT = 4;

/** Reads the settings of a data directory; undefined where backups were never turned on. */
export async function readBackupSettings(path: string): Promise<BackupSettings | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return BackupSettings.parse(JSON.parse(text));
  } catch (error) {
    throw new OperatorError(`${path} does not hold the settings of backups; take it from its copy.`, { cause: error });
  }
}

/** Where a person wants backups: an absolute folder, or s3://BUCKET/PATH with what BACKUP_S3_… say. */
function parseRepository(text: string, env: Host['env']): BackupRepository {
  if (isAbsolute(text)) return { kind: 'folder', path: text };
  const [, bucket = '', path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(\/.*)?$/.exec(text) ?? [];
  if (bucket === '') {
    throw new OperatorError(`--backup wants a folder with its whole path, s3://BUCKET/PATH, or off, not ${text}.`);
  }
  const demand = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw new OperatorError(`Backups in S3 need ${name} in the environment at the first start.`);
  };
  const uriStyle = env['BACKUP_S3_URI_STYLE'] === 'host' ? 'host' : 'path';
  return {
    kind: 's3',
    bucket,
    path: path === '' ? '/' : path,
    endpoint: demand('BACKUP_S3_ENDPOINT').replace(/^https:\/\//, ''),
    region: env['BACKUP_S3_REGION'] ?? 'us-east-1',
    key: demand('BACKUP_S3_KEY'),
    keySecret: demand('BACKUP_S3_KEY_SECRET'),
    uriStyle,
    ...(env['BACKUP_S3_CA_FILE'] && { caFile: env['BACKUP_S3_CA_FILE'] }),
  };
}

/**
 * Keeps what is asked for in `secrets`, mode 0600: the place is changed, the key is made once and stays. `asked` is the value of
 * `--backup`; undefined leaves what was asked before. Returns undefined where backups were never asked for.
 */
export async function keepBackupSettings(
  secrets: string,
  asked: string | undefined,
  env: Host['env'],
): Promise<BackupSettings | undefined> {
  const path = join(secrets, BACKUP_SECRET);
  const kept = await readBackupSettings(path);
  if (asked === undefined || (asked === 'off' && kept === undefined)) return kept;
  const settings: BackupSettings =
    asked === 'off' && kept
      ? { ...kept, isOn: false }
      : {
          fullsKept: FULLS_KEPT,
          cipherPass: randomBytes(48).toString('base64url'),
          ...kept,
          repository: parseRepository(asked, env),
          isOn: true,
        };
  await replaceSecret(path, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}
