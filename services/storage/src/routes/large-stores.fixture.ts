import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { startLargeS3Server, TEST_S3_KEYS } from '@soc/fleet/testing/s3';
import { hasS3, makeTestBucket } from '../ports/object-stores.fixture.ts';

export interface LargeStore {
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

interface NamedStore {
  readonly name: string;
  /** `isLarge`: for more than memory holds. */
  readonly open: (isLarge: boolean) => Promise<LargeStore>;
}

const CAPACITY_BYTES = 24 * 1024 ** 3;

const fileSystem: NamedStore = {
  name: 'file system',
  open: async () => {
    const directory = await makeTemporaryDirectory('evidence');
    return { env: { EVIDENCE_DIR: directory.path }, stop: async () => directory[Symbol.asyncDispose]() };
  },
};

/** The environment of a service that keeps evidence in a new bucket. */
async function s3Environment(url?: string): Promise<Readonly<Record<string, string>>> {
  const { settings } = await (url === undefined ? makeTestBucket() : makeTestBucket({}, url));
  return {
    EVIDENCE_STORE: 's3',
    EVIDENCE_S3_ENDPOINT: settings.endpoint ?? '',
    EVIDENCE_S3_BUCKET: settings.bucket,
    EVIDENCE_S3_ACCESS_KEY_ID: TEST_S3_KEYS.accessKeyId,
    EVIDENCE_S3_SECRET_ACCESS_KEY: TEST_S3_KEYS.secretAccessKey,
    EVIDENCE_S3_ENCRYPTION: 'none',
  };
}

const s3: NamedStore = {
  name: 'S3 (Ceph’s radosgw)',
  open: async (isLarge) => {
    if (!isLarge) return { env: await s3Environment(), stop: () => Promise.resolve() };
    // The shared one keeps everything in memory.
    const server = await startLargeS3Server(CAPACITY_BYTES);
    return { env: await s3Environment(server.url), stop: server.stop };
  },
};

export const largeStores: readonly NamedStore[] = hasS3 ? [fileSystem, s3] : [fileSystem];
