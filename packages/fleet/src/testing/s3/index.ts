import { sharedServer } from '../shared-server.ts';

export { TEST_KMS_KEY } from './ceph-config.ts';
export { type S3Server, startS3Server, TEST_S3_KEYS } from './start-s3-server.ts';

/** The URL of the one S3 server of this run, if it can be had; each test has buckets of its own. */
export const sharedS3Server = (): Promise<string | undefined> => sharedServer('s3');
