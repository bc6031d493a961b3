import { randomUUID } from 'node:crypto';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadObject, ListCustody, StoreObject, VerifyObject } from '@soc/contracts/storage/objects';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(storageService, { env: { EVIDENCE_DIR: directory.path } });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

const store = async (content: string) =>
  (await service.call(StoreObject, { query: { filename: 'täst".html', contentType: 'text/html' }, body: content }))
    .body;

const pathOf = (id: string): string => join(directory.path, 'objects/default', id.slice(-2), id);

const actionsOf = async (id: string) =>
  (await service.call(ListCustody, { params: { id } })).body.items.map(({ action, actor, detail }) => [
    action,
    actor,
    detail['intact'],
  ]);

test('a download is the content, as an attachment no browser opens, and is in the custody log', async () => {
  const { id } = await store('<script>alert(1)</script>');
  const { status, raw, headers } = await service.call(DownloadObject, { params: { id }, token: service.tokens.viewer });
  expect([status, raw.toString()]).toEqual([200, '<script>alert(1)</script>']);
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="t_st_.html"; filename*=UTF-8''t%C3%A4st%22.html`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  });
  expect(await actionsOf(id)).toEqual([
    ['stored', 'Test admin', undefined],
    ['downloaded', 'Test viewer', undefined],
  ]);
});

test('a verification finds the content intact, changed, or gone, and is in the custody log', async () => {
  const { id, sha256, blake3 } = await store('precious');
  const verify = async () => (await service.call(VerifyObject, { params: { id } })).body;
  expect(await verify()).toMatchObject({
    intact: true,
    expectedSha256: sha256,
    actualSha256: sha256,
    expectedBlake3: blake3,
    actualBlake3: blake3,
  });
  await chmod(pathOf(id), 0o600);
  await writeFile(pathOf(id), 'tampered');
  const tampered = await verify();
  expect([tampered.intact, tampered.actualSha256 === sha256]).toEqual([false, false]);
  await rm(pathOf(id));
  expect(await verify()).toMatchObject({ intact: false, actualSha256: null });
  expect((await actionsOf(id)).map(([, , intact]) => intact)).toEqual([undefined, true, false, false]);
});

test('a content that is gone cannot be downloaded', async () => {
  const { id } = await store('lost');
  await rm(pathOf(id));
  const { status, problem } = await service.call(DownloadObject, { params: { id } });
  expect([status, problem?.code]).toEqual([410, 'storage.content_gone']);
});

test.each([DownloadObject, VerifyObject])('$id: nothing under an unknown id, nor for another tenant', async (spec) => {
  const { id } = await store('mine');
  for (const request of [
    { params: { id: randomUUID() } },
    { params: { id }, token: service.tokens.otherTenantAdmin },
  ]) {
    const { status, problem } = await service.call(spec, request);
    expect([status, problem?.code]).toEqual([404, 'storage.object_not_found']);
  }
});
