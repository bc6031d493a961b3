import { thisHost } from '../../cli/host.ts';
import { sharedServer } from '../shared-server.ts';
import { type S3Server, startS3Server } from './start-s3-server.ts';

export { cephConfig, TEST_KMS_KEY } from './ceph-config.ts';
export { type S3Server, TEST_S3_KEYS } from './start-s3-server.ts';

/** The URL of the one S3 server of this run, if it can be had; each test has buckets of its own. It keeps 1 GiB, in memory. */
export const sharedS3Server = (): Promise<string | undefined> => sharedServer('s3');

/** A server of its own for so much, on the disk. */
export const startLargeS3Server = (capacityBytes: number): Promise<S3Server> =>
  startS3Server({ host: thisHost(), capacityBytes, isOnDisk: true });
