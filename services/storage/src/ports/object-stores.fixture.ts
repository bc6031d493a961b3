import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { sharedS3Server, TEST_KMS_KEY, TEST_S3_KEYS } from '@soc/fleet/testing/s3';
import { onTestFinished } from 'vitest';
import { createFileSystemObjectStore } from '../adapters/file-system-object-store.ts';
import { createS3ObjectStore } from '../adapters/s3-object-store.ts';
import type { S3Settings } from '../adapters/s3/s3-settings.ts';
import type { ObjectStore } from './object-store.ts';

const PART_BYTES = 8 * 1024 * 1024;

const s3Url = await sharedS3Server();

export interface TestBucket {
  readonly settings: S3Settings;
  /** The server itself, past the adapter. */
  readonly server: S3Client;
}

/** A bucket with object lock on the S3 server of the tests; it goes with the server. */
export async function makeTestBucket(
  more: Partial<S3Settings> = {},
  url = s3Url,
  hasObjectLock = true,
): Promise<TestBucket> {
  const settings: S3Settings = {
    endpoint: url,
    publicEndpoint: undefined,
    region: 'us-east-1',
    bucket: `evidence-${randomUUID()}`,
    credentials: TEST_S3_KEYS,
    isPathStyle: true,
    encryption: 'aws:kms',
    kmsKeyId: TEST_KMS_KEY,
    lockMode: 'COMPLIANCE',
    isLockRequired: true,
    partBytes: PART_BYTES,
    ...more,
  };
  const server = new S3Client({
    endpoint: settings.endpoint ?? '',
    region: settings.region,
    forcePathStyle: true,
    credentials: TEST_S3_KEYS,
  });
  await server.send(new CreateBucketCommand({ Bucket: settings.bucket, ObjectLockEnabledForBucket: hasObjectLock }));
  return { settings, server };
}

export interface ObjectStoreAdapter {
  readonly name: string;
  readonly open: () => Promise<ObjectStore>;
}

let sharedStore: Promise<ObjectStore> | undefined;

const fileSystem: ObjectStoreAdapter = {
  name: 'file system',
  open: async () => {
    const directory = await makeTemporaryDirectory('objects');
    onTestFinished(() => directory[Symbol.asyncDispose]());
    return createFileSystemObjectStore({
      directory: directory.path,
      minFreeBytes: 0,
      partBytes: PART_BYTES,
      now: () => new Date(),
    });
  },
};

const s3: ObjectStoreAdapter = {
  name: 'S3 (Ceph’s radosgw)',
  open: () => {
    sharedStore ??= makeTestBucket().then(({ settings }) => createS3ObjectStore(settings));
    return sharedStore;
  },
};

/** Whether there is an S3 server here. */
export const hasS3 = s3Url !== undefined;

/** Every adapter passes the same tests; a new one is a line here. That of S3 is not there where no server can be had. */
export const adapters: readonly ObjectStoreAdapter[] = hasS3 ? [fileSystem, s3] : [fileSystem];
