import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  ClearObject,
  HoldObject,
  IssueObjectUrl,
  QuarantineObject,
  ReleaseObject,
} from '@soc/contracts/storage/object-controls';
import { DownloadObject, GetObject, ListCustody, StoreObject } from '@soc/contracts/storage/objects';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import { TEST_S3_KEYS } from '@soc/fleet/testing/s3';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';
import { hasS3, makeTestBucket } from '../ports/object-stores.fixture.ts';

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(storageService, {
    env: { EVIDENCE_DIR: directory.path, EVIDENCE_REFUSED_TYPES: 'video/mp4' },
  });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

const store = async (body: Buffer | string, by = service) =>
  (await by.call(StoreObject, { query: { filename: 'found.bin', contentType: 'application/octet-stream' }, body }))
    .body;
const release = (id: string, token = service.tokens.admin) =>
  service.call(ReleaseObject, { params: { id }, body: { reason: 'case 17 is closed' }, token });
const actions = async (id: string, by = service) =>
  (await by.call(ListCustody, { params: { id } })).body.items.map(({ action }) => action);

test('a hold is placed and released, its retention only put later, and all of it is in the custody log', async () => {
  const { id } = await store('for the court');
  const hold = (body: object) => service.call(HoldObject, { params: { id }, body: { reason: 'case 17', ...body } });
  expect((await hold({ legalHold: true })).body).toMatchObject({ legalHold: true, retainUntil: null });
  const nothing = await hold({});
  expect([nothing.status, nothing.problem?.errors?.[0]?.path]).toEqual([400, 'body.legalHold']);
  const retainUntil = '2099-01-01T00:00:00.000Z';
  expect((await hold({ retainUntil })).body).toMatchObject({ legalHold: true, retainUntil });
  const shorter = await hold({ retainUntil: '2098-01-01T00:00:00.000Z' });
  expect([shorter.status, shorter.problem?.code]).toEqual([409, 'storage.retention_shortened']);
  expect((await release(id)).body).toMatchObject({ legalHold: false, retainUntil });
  expect((await service.call(GetObject, { params: { id } })).body).toMatchObject({ legalHold: false, retainUntil });
  expect(await actions(id)).toEqual(['stored', 'held', 'held', 'released']);
});

test('what a purge has begun to remove is not held, and nothing is retained until a day that is over', async () => {
  const { id } = await store('too late');
  const hold = (body: object) => service.call(HoldObject, { params: { id }, body: { reason: 'case 17', ...body } });
  const past = await hold({ retainUntil: '2001-01-01T00:00:00.000Z' });
  expect([past.status, past.problem?.code]).toEqual([422, 'storage.retention_past']);
  await service.query('update storage.objects set purge_begun_at = now() where id = $1', [id]);
  const begun = await hold({ legalHold: true });
  expect([begun.status, begun.problem?.code]).toEqual([409, 'storage.purge_under_way']);
  expect((await release(id)).problem?.code).toBe('storage.purge_under_way');
});

test('a release that the store did not obey is in the custody log, and obeyed when it is asked again', async () => {
  const { id } = await store('released');
  const path = join(directory.path, 'objects', 'default', id.slice(-2), `${id}.hold`);
  await service.call(HoldObject, { params: { id }, body: { legalHold: true, reason: 'case 17' } });
  // Where the store writes a hold: it cannot now.
  await mkdir(`${path}.new`);
  expect((await release(id)).status).toBe(500);
  expect((await service.call(GetObject, { params: { id } })).body.legalHold).toBe(false);
  await rm(`${path}.new`, { recursive: true });
  expect((await release(id)).status).toBe(200);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ legalHold: false });
  expect(await actions(id)).toEqual(['stored', 'held', 'released', 'released']);
});

test('what is in quarantine is given only to who says that they know, and to nobody by URL', async () => {
  const { id } = await store('suspicious');
  const reason = 'looks like a beacon';
  const quarantined = await service.call(QuarantineObject, { params: { id }, body: { reason } });
  expect(quarantined.body.quarantineReason).toBe(reason);
  for (const spec of [DownloadObject, IssueObjectUrl]) {
    const body = spec === IssueObjectUrl ? { body: {} } : {};
    const { status, problem } = await service.call(spec, { params: { id }, ...body });
    expect([status, problem?.code]).toEqual([423, 'storage.quarantined']);
  }
  const known = await service.call(DownloadObject, { params: { id }, query: { quarantined: 'acknowledged' } });
  expect(known.raw.toString()).toBe('suspicious');
  const cleared = await service.call(ClearObject, { params: { id }, body: { reason: 'was a test' } });
  expect(cleared.body.quarantineReason).toBeNull();
  expect((await service.call(DownloadObject, { params: { id } })).status).toBe(200);
  const { items } = (await service.call(ListCustody, { params: { id } })).body;
  expect(items.map(({ action, detail }) => [action, detail]).slice(1)).toEqual([
    ['quarantined', { reason }],
    ['downloaded', { quarantineReason: reason }],
    ['cleared', { reason: 'was a test', quarantineReason: reason }],
    ['downloaded', {}],
  ]);
});

test('who works with evidence may hold it and set it aside; to release and to clear is for administrators', async () => {
  const { id } = await store('in good hands');
  const token = service.tokens.responder;
  const asked = { params: { id }, token };
  const held = await service.call(HoldObject, { ...asked, body: { legalHold: true, reason: 'x' } });
  const aside = await service.call(QuarantineObject, { ...asked, body: { reason: 'x' } });
  expect([held.status, aside.status]).toEqual([200, 200]);
  const cleared = await service.call(ClearObject, { ...asked, body: { reason: 'x' } });
  expect([(await release(id, token)).status, cleared.status]).toEqual([403, 403]);
  for (const spec of [HoldObject, QuarantineObject]) {
    // Nor by the way that it was placed.
    const body = spec === HoldObject ? { legalHold: false as never, reason: 'x' } : { reason: null as never };
    expect((await service.call(spec, { ...asked, body })).status).toBe(400);
  }
  expect((await service.call(GetObject, { params: { id } })).body).toMatchObject({
    legalHold: true,
    quarantineReason: 'x',
  });
});

test('there is nothing to control under an unknown id, nor for another tenant', async () => {
  const { id } = await store('mine');
  for (const at of [{ params: { id: randomUUID() } }, { params: { id }, token: service.tokens.otherTenantAdmin }]) {
    const codes = [
      await service.call(HoldObject, { ...at, body: { legalHold: true, reason: 'x' } }),
      await service.call(QuarantineObject, { ...at, body: { reason: 'x' } }),
      await service.call(ReleaseObject, { ...at, body: { reason: 'x' } }),
      await service.call(ClearObject, { ...at, body: { reason: 'x' } }),
      await service.call(IssueObjectUrl, { ...at, body: {} }),
    ].map(({ status, problem }) => [status, problem?.code]);
    expect(codes).toEqual(Array(5).fill([404, 'storage.object_not_found']));
  }
});

test('a content that is gone cannot be held', async () => {
  const gone = await startTestService(storageService, {
    env: { ...service.env, EVIDENCE_DIR: `${directory.path}/elsewhere` },
  });
  onTestFinished(() => gone.close({ keepData: true }));
  const { id } = await store('lost');
  const { status, problem } = await gone.call(HoldObject, { params: { id }, body: { legalHold: true, reason: 'x' } });
  expect([status, problem?.code]).toEqual([410, 'storage.content_gone']);
  const released = await gone.call(ReleaseObject, { params: { id }, body: { reason: 'x' } });
  expect([released.status, released.problem?.code]).toEqual([410, 'storage.content_gone']);
});

test('a part of a content is given, and what lies beyond its end is refused', async () => {
  const { id, sha256 } = await store('0123456789');
  const get = (range: string, more = {}) =>
    service.call(DownloadObject, { params: { id }, headers: { range, ...more } });
  const part = await get('bytes=2-4');
  expect([part.status, part.raw.toString(), part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
  expect((await get('bytes=-3')).raw.toString()).toBe('789');
  expect((await get('bytes=8-')).raw.toString()).toBe('89');
  expect((await get('bytes=8-', { 'if-range': `"${sha256}"` })).status).toBe(206);
  expect((await get('bytes=8-', { 'if-range': '"another"' })).raw.toString()).toBe('0123456789');
  const beyond = await get('bytes=10-');
  expect([beyond.status, beyond.problem?.code, beyond.headers['content-range']]).toEqual([
    416,
    'request.range_not_satisfiable',
    'bytes */10',
  ]);
});

test('a type that is refused is refused by its bytes, whatever it is called', async () => {
  const body = Buffer.from('\0\0\0\x20ftypisom', 'latin1');
  const { status, problem } = await service.call(StoreObject, { query: { filename: 'notes.txt' }, body });
  expect([status, problem?.code]).toEqual([415, 'storage.type_refused']);
});

test('a bomb and a polyglot are kept as they are, in quarantine', async () => {
  const gifar = Buffer.concat([Buffer.from('GIF89a'), Buffer.from('504b0506'.padEnd(44, '0'), 'hex')]);
  const stored = await store(gifar);
  expect(stored).toMatchObject({ detectedType: 'image/gif', warnings: ['polyglot'], quarantineReason: 'polyglot' });
});

test('the file system gives no URLs', async () => {
  const { id } = await store('no server');
  const { status, problem } = await service.call(IssueObjectUrl, { params: { id }, body: {} });
  expect([status, problem?.code]).toEqual([409, 'storage.no_urls']);
});

test.skipIf(!hasS3)(
  'S3 gives a URL for a while, keeps what was written under what is written over it, and refuses to remove what is held',
  async () => {
    const { settings, server } = await makeTestBucket();
    const onS3 = await startTestService(storageService, {
      env: {
        EVIDENCE_STORE: 's3',
        EVIDENCE_S3_ENDPOINT: settings.endpoint ?? '',
        EVIDENCE_S3_BUCKET: settings.bucket,
        EVIDENCE_S3_ACCESS_KEY_ID: TEST_S3_KEYS.accessKeyId,
        EVIDENCE_S3_SECRET_ACCESS_KEY: TEST_S3_KEYS.secretAccessKey,
        EVIDENCE_S3_ENCRYPTION: 'aws:kms',
        EVIDENCE_S3_KMS_KEY_ID: settings.kmsKeyId ?? '',
      },
    });
    onTestFinished(() => onS3.close());
    const { id } = await store('on the server', onS3);
    const issued = await onS3.call(IssueObjectUrl, { params: { id }, body: { expiresInS: 60 } });
    const answer = await fetch(issued.body.url);
    expect([issued.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
      201,
      'on the server',
      'application/octet-stream',
    ]);
    expect(answer.headers.get('content-disposition')).toContain('attachment; filename="found.bin"');
    expect((await fetch(issued.body.url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'))).status).toBe(403);
    expect(await actions(id, onS3)).toEqual(['stored', 'url_issued']);

    // Past the service, with all the rights there are.
    const [row] = await onS3.query<{ object_key: string }>('select object_key from storage.objects where id = $1', [
      id,
    ]);
    const [Key = '', VersionId = ''] = row?.object_key.split('?version=') ?? [];
    const target = { Bucket: settings.bucket, Key };
    await server.send(new PutObjectCommand({ ...target, Body: 'written over' }));
    expect((await onS3.call(DownloadObject, { params: { id } })).raw.toString()).toBe('on the server');
    const held = { retainUntil: new Date(Date.now() + 86_400_000).toISOString(), reason: 'case 17' };
    expect((await onS3.call(HoldObject, { params: { id }, body: held })).status).toBe(200);
    const removal = server.send(new DeleteObjectCommand({ ...target, VersionId, BypassGovernanceRetention: true }));
    await expect(removal).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await onS3.call(DownloadObject, { params: { id } })).raw.toString()).toBe('on the server');
  },
  120_000,
);
