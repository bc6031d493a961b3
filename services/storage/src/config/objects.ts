import { EvidenceWarning } from '@soc/contracts/storage/objects';
import { z } from 'zod';
import type { S3Settings } from '../adapters/s3/s3-settings.ts';

const MIB = 1024 ** 2;
const bytes = () => z.coerce.number().int();

/** Where evidence is kept, and what of it is accepted. */
export const ObjectsConfig = z.object({
  EVIDENCE_STORE: z.enum(['file_system', 's3']).default('file_system').describe('Where the contents of evidence lie.'),
  EVIDENCE_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the evidence objects, on one file system; made when missing. Required by `file_system`.'),
  EVIDENCE_MAX_BYTES: bytes()
    .min(1)
    .default(1024 ** 3)
    .describe('Largest evidence object, in bytes.'),
  EVIDENCE_MIN_FREE_BYTES: bytes()
    .min(0)
    .default(64 * MIB)
    .describe('Room that an upload must leave on the disk, in bytes.'),
  EVIDENCE_S3_BUCKET: z
    .string()
    .min(3)
    .optional()
    .describe('Bucket of the evidence, with object lock enabled. Required by `s3`.'),
  EVIDENCE_S3_ENDPOINT: z.url().optional().describe('URL of the S3 server; AWS when absent.'),
  EVIDENCE_S3_PUBLIC_ENDPOINT: z
    .url()
    .optional()
    .describe('URL at which those who are given a presigned URL reach the server, where that is another one.'),
  EVIDENCE_S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
  EVIDENCE_S3_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Access key; what the environment provides (profile, role of the machine) when absent.'),
  EVIDENCE_S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('Secret of the access key.'),
  EVIDENCE_S3_PATH_STYLE: z
    .stringbool()
    .default(true)
    .describe('The bucket in the path, as most servers want it; `false` puts it in the host name, as AWS does.'),
  EVIDENCE_S3_ENCRYPTION: z
    .enum(['none', 'AES256', 'aws:kms'])
    .default('AES256')
    .describe('What the server encrypts contents with: a key of its own, one of its key service, or nothing.'),
  EVIDENCE_S3_KMS_KEY_ID: z.string().min(1).optional().describe('Key of `aws:kms`; the default key when absent.'),
  EVIDENCE_S3_LOCK_MODE: z
    .enum(['GOVERNANCE', 'COMPLIANCE'])
    .default('COMPLIANCE')
    .describe('Whether those with a special permission may shorten a retention (`GOVERNANCE`) or nobody may.'),
  EVIDENCE_S3_LOCK_REQUIRED: z
    .stringbool()
    .default(true)
    .describe(
      'Whether the service refuses to start over a bucket without object lock; `false` warns in /health, and holds are refused there.',
    ),
  EVIDENCE_REFUSED_TYPES: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((type) => type.trim().toLowerCase() || []))
    .describe(
      'Media types, by what the bytes show, that are refused: separated by commas, `image/*` for all of a kind.',
    ),
  EVIDENCE_QUARANTINE_WARNINGS: z
    .string()
    .default('polyglot,archive_bomb')
    .transform((list) => list.split(',').flatMap((warning) => warning.trim() || []))
    .pipe(z.array(EvidenceWarning))
    .describe(
      'Warnings (`type_mismatch`, `polyglot`, `executable`, `active_content`, `archive_bomb`) that quarantine what has them.',
    ),
});
export type ObjectsConfig = z.infer<typeof ObjectsConfig>;

/** S3 has room for so many parts. */
const MAX_PARTS = 10_000;

/** So large that the largest object fits; 8 MiB where that does. */
export const partBytesFor = (maxBytes: number): number =>
  Math.max(8 * MIB, Math.ceil(maxBytes / MAX_PARTS / MIB) * MIB);

/** Throws what is missing by name. */
export function s3SettingsOf(config: ObjectsConfig): S3Settings {
  const { EVIDENCE_S3_ACCESS_KEY_ID: accessKeyId, EVIDENCE_S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (config.EVIDENCE_S3_BUCKET === undefined) throw new Error('EVIDENCE_S3_BUCKET is required by EVIDENCE_STORE=s3');
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new Error('EVIDENCE_S3_ACCESS_KEY_ID and EVIDENCE_S3_SECRET_ACCESS_KEY go together');
  }
  return {
    endpoint: config.EVIDENCE_S3_ENDPOINT,
    publicEndpoint: config.EVIDENCE_S3_PUBLIC_ENDPOINT,
    region: config.EVIDENCE_S3_REGION,
    bucket: config.EVIDENCE_S3_BUCKET,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey },
    isPathStyle: config.EVIDENCE_S3_PATH_STYLE,
    encryption: config.EVIDENCE_S3_ENCRYPTION,
    kmsKeyId: config.EVIDENCE_S3_KMS_KEY_ID,
    lockMode: config.EVIDENCE_S3_LOCK_MODE,
    isLockRequired: config.EVIDENCE_S3_LOCK_REQUIRED,
    partBytes: partBytesFor(config.EVIDENCE_MAX_BYTES),
  };
}
