import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { hasS3, makeTestBucket } from '../../ports/object-stores.fixture.ts';
import { createS3ObjectStore } from '../s3-object-store.ts';
import { demandObjectLock } from './s3-bucket.ts';

function recorder() {
  const warnings: string[] = [];
  return { warnings, log: { warn: (_: unknown, message: string) => void warnings.push(message) } };
}

describe.skipIf(!hasS3)('the bucket of evidence', () => {
  test('with object lock starts without a word', async () => {
    const { settings } = await makeTestBucket();
    const { warnings, log } = recorder();
    await demandObjectLock(settings, log);
    expect(warnings).toEqual([]);
    expect(await createS3ObjectStore(settings).check()).toMatchObject({ objectLock: true, versions: true });
  });

  test('without object lock is refused at the start, and is no healthy store', async () => {
    const { settings } = await makeTestBucket({}, undefined, false);
    await expect(demandObjectLock(settings, recorder().log)).rejects.toThrow(
      /EVIDENCE_S3_BUCKET: the bucket has no object lock and no versions.*EVIDENCE_S3_LOCK_REQUIRED/,
    );
    await expect(createS3ObjectStore(settings).check()).rejects.toThrow('no object lock');
  });

  test('without object lock, where that is allowed, is warned of, and holds are refused', async () => {
    const { settings, server } = await makeTestBucket({ isLockRequired: false }, undefined, false);
    const { warnings, log } = recorder();
    await demandObjectLock(settings, log);
    expect(warnings).toEqual(['evidence store does not protect what it keeps']);
    const store = createS3ObjectStore(settings);
    const facts = { objectLock: false, versions: false, warning: expect.stringContaining('no object lock') as string };
    expect(await store.check()).toMatchObject(facts);
    await server.send(
      new PutBucketVersioningCommand({ Bucket: settings.bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect(await store.check()).toMatchObject({ objectLock: false, versions: true });

    const place = { tenantId: 'default', name: randomUUID() };
    const receive = { maxBytes: 10, idleTimeoutMs: 30_000, expectedBytes: undefined };
    const put = await store.put(Readable.from([Buffer.from('x')]), { ...place, ...receive });
    expect(put.ok && (await store.hold(put.content.key, { legalHold: true }))).toBe('no_lock');
    const day = new Date(Date.now() + 86_400_000);
    expect(put.ok && (await store.hold(put.content.key, { retainUntil: day }))).toBe('no_lock');
  });

  test('on a server that is away does not stop the start', async () => {
    const { settings } = await makeTestBucket();
    const { warnings, log } = recorder();
    await demandObjectLock({ ...settings, endpoint: 'http://127.0.0.1:9' }, log);
    expect(warnings).toEqual(['evidence store not asked for its object lock']);
  });
});
