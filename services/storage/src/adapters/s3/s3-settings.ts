import { S3Client } from '@aws-sdk/client-s3';

export interface S3Settings {
  /** Undefined for AWS itself. */
  readonly endpoint: string | undefined;
  /** Where those who are given a URL reach the server, where that is somewhere else. */
  readonly publicEndpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Undefined for what the environment of the process provides, e.g. the role of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** The bucket in the path and not in the host name, as servers other than AWS want it. */
  readonly isPathStyle: boolean;
  readonly encryption: 'none' | 'AES256' | 'aws:kms';
  /** Of the key of `aws:kms`; the server's own when undefined. */
  readonly kmsKeyId: string | undefined;
  /** `GOVERNANCE` lets those with a special permission shorten a retention; `COMPLIANCE` nobody. */
  readonly lockMode: 'GOVERNANCE' | 'COMPLIANCE';
  /** Whether a bucket without object lock is a fault. */
  readonly isLockRequired: boolean;
  readonly partBytes: number;
}

/** A sender holds a buffer while it sends: a part of 8 MiB for ten minutes and a half at most. */
export const PACE = { creditMs: 120_000, bytesPerS: 16 * 1024 };

const CONNECT_WITHIN_MS = 5_000;
/** Between two bytes; a part is acknowledged when the server has it. */
const SILENT_FOR_MS = 120_000;
const MAX_ATTEMPTS = 4;

export const createS3Client = (settings: S3Settings, endpoint = settings.endpoint): S3Client =>
  new S3Client({
    region: settings.region,
    forcePathStyle: settings.isPathStyle,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_WITHIN_MS, requestTimeout: SILENT_FOR_MS },
    // Each request carries the SHA-256 of its body, signed; older servers know no further checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint !== undefined && { endpoint }),
    ...(settings.credentials && { credentials: settings.credentials }),
  });

/** What goes with every new content. */
export const encryptionOf = ({ encryption, kmsKeyId }: S3Settings) =>
  encryption === 'none'
    ? {}
    : { ServerSideEncryption: encryption, ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }) };

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Whether the server said that there is no such object, version or upload. */
export const isAbsent = (error: unknown): boolean =>
  ['NotFound', 'NoSuchKey', 'NoSuchVersion', 'NoSuchUpload'].includes(nameOf(error));

/** Whether the server has no room, or not for us. */
export const isFull = (error: unknown): boolean =>
  ['QuotaExceeded', 'InsufficientCapacity', 'InsufficientStorage', 'XMinioStorageFull'].includes(nameOf(error));

/** Whether the server does not have a part as it was sent. */
export const isLostPart = (error: unknown): boolean => nameOf(error) === 'InvalidPart';

/** Whether the server does not know such a request. */
export const isUnsupported = (error: unknown): boolean =>
  ['NotImplemented', 'MethodNotAllowed'].includes(nameOf(error));

export const isDenied = (error: unknown): boolean =>
  ['AccessDenied', 'ObjectLocked', 'InvalidRequest', 'Forbidden'].includes(nameOf(error));
