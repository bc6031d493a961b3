import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceStored } from '@soc/contracts';
import { DownloadObject, ListCustody } from '@soc/contracts/storage/objects';
import { AbortUpload, CompleteUpload, GetUpload, PutUploadPart, StartUpload } from '@soc/contracts/storage/uploads';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';

const MAX_BYTES = 20 * 1024 * 1024;
const content = Buffer.alloc(9 * 1024 * 1024, 'evidence ');

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  env = {
    EVIDENCE_DIR: directory.path,
    EVIDENCE_MAX_BYTES: String(MAX_BYTES),
    EVIDENCE_REFUSED_TYPES: 'image/*',
  };
  service = await startTestService(storageService, { env });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

const start = async (body: { readonly sizeBytes: number; readonly filename?: string; readonly sha256?: string }) =>
  (await service.call(StartUpload, { body: { filename: 'disk.img', ...body } })).body;
const put = (id: string, number: number, body: Buffer, by = service) =>
  by.call(PutUploadPart, { params: { id, number }, body });
const complete = (id: string) => service.call(CompleteUpload, { params: { id } });

test('an upload tells what has arrived, becomes evidence when all has, and only once', async () => {
  const upload = await start({ sizeBytes: content.length });
  const { id, partBytes } = upload;
  expect(upload.parts).toEqual([]);
  const last = content.subarray(partBytes);
  expect((await put(id, 2, last)).body).toEqual({ number: 2, sizeBytes: last.length });
  expect((await service.call(GetUpload, { params: { id } })).body.parts).toEqual([
    { number: 2, sizeBytes: last.length },
  ]);
  const early = await complete(id);
  expect([early.status, early.problem?.code]).toEqual([409, 'storage.upload_incomplete']);
  await put(id, 1, content.subarray(0, partBytes));
  const [made, again] = await Promise.all([complete(id), complete(id)]);
  expect([made.status, made.body.id, made.body.sizeBytes, again.body]).toEqual([201, id, content.length, made.body]);
  expect((await complete(id)).body).toEqual(made.body);
  const events = await service.published(EvidenceStored, { where: ({ data }) => data.objectId === id });
  expect(events).toHaveLength(1);
  const { raw } = await service.call(DownloadObject, { params: { id } });
  expect(raw.equals(content)).toBe(true);
});

test('a part has the size it must have, and the upload that many parts', async () => {
  const { id } = await start({ sizeBytes: 10 });
  for (const [number, bytes] of [
    [1, 9],
    [1, 11],
    [2, 1],
  ] as const) {
    const { status, problem } = await put(id, number, Buffer.alloc(bytes));
    expect([status, problem?.code]).toEqual([422, 'storage.wrong_part_size']);
  }
});

test('what does not hash to what was announced, or is of a refused type, is refused and nothing is left', async () => {
  const forged = await start({ sizeBytes: 6, sha256: 'a'.repeat(64) });
  await put(forged.id, 1, Buffer.from('forged'));
  const refused = await complete(forged.id);
  expect([refused.status, refused.problem?.code]).toEqual([422, 'storage.wrong_hash']);
  const picture = await start({ sizeBytes: 8, filename: 'notes.txt' });
  await put(picture.id, 1, Buffer.from('89504e470d0a1a0a', 'hex'));
  const kind = await complete(picture.id);
  expect([kind.status, kind.problem?.code]).toEqual([415, 'storage.type_refused']);
  for (const { id } of [forged, picture]) expect((await complete(id)).status).toBe(404);
});

test('an upload that was given up is gone', async () => {
  const { id } = await start({ sizeBytes: 4 });
  await put(id, 1, Buffer.from('gone'));
  expect((await service.call(AbortUpload, { params: { id } })).status).toBe(204);
  for (const spec of [GetUpload, AbortUpload, CompleteUpload]) {
    const { status, problem } = await service.call(spec, { params: { id } });
    expect([status, problem?.code]).toEqual([404, 'storage.upload_not_found']);
  }
  expect((await put(id, 1, Buffer.from('gone'))).status).toBe(404);
});

test('what is being given up or has expired takes no part, and is not completed', async () => {
  for (const change of ['dropping = true', "expires_at = now() - interval '1 minute'"]) {
    const { id } = await start({ sizeBytes: 4 });
    await put(id, 1, Buffer.from('late'));
    await service.query(`update storage.uploads set ${change} where id = $1`, [id]);
    expect([(await put(id, 1, Buffer.from('late'))).status, (await complete(id)).status]).toEqual([404, 404]);
  }
});

test('of an abort and a completion at the same time one wins, and evidence keeps its content', async () => {
  for (let round = 0; round < 8; round++) {
    const { id } = await start({ sizeBytes: 4 });
    await put(id, 1, Buffer.from('kept'));
    const [made, aborted] = await Promise.all([complete(id), service.call(AbortUpload, { params: { id } })]);
    expect([
      [201, 404],
      [404, 204],
    ]).toContainEqual([made.status, aborted.status]);
    const { status, raw } = await service.call(DownloadObject, { params: { id } });
    expect(made.status === 201 ? raw.toString() : status).toBe(made.status === 201 ? 'kept' : 404);
  }
});

test('a part that the store has lost is named, and completes the upload when it is sent again', async () => {
  const { id } = await start({ sizeBytes: 4 });
  await put(id, 1, Buffer.from('lost'));
  await rm(join(directory.path, 'incoming', id, '1'));
  const { status, problem } = await complete(id);
  expect([status, problem?.code]).toEqual([409, 'storage.upload_incomplete']);
  expect(problem?.detail).toContain('send them again: 1');
  expect((await service.call(GetUpload, { params: { id } })).body.parts).toEqual([]);
  await put(id, 1, Buffer.from('lost'));
  expect((await complete(id)).status).toBe(201);
});

test('an upload is nothing to another tenant, and an unknown one to nobody', async () => {
  const { id } = await start({ sizeBytes: 4 });
  for (const request of [
    { params: { id }, token: service.tokens.otherTenantAdmin },
    { params: { id: randomUUID() } },
  ]) {
    for (const spec of [GetUpload, AbortUpload, CompleteUpload]) {
      expect((await service.call(spec, request)).status).toBe(404);
    }
  }
});

test('an upload is the business of who began it, and of administrators, whom custody names when they complete it', async () => {
  const { analyst: token, responder: other } = service.tokens;
  const begin = async () => (await service.call(StartUpload, { body: { filename: 'a', sizeBytes: 4 }, token })).body.id;
  const finish = async (id: string, by: string) => {
    const sent = { params: { id, number: 1 }, body: Buffer.from('mine'), token: by };
    return [
      (await service.call(PutUploadPart, sent)).status,
      (await service.call(GetUpload, { params: { id }, token: by })).status,
      (await service.call(CompleteUpload, { params: { id }, token: by })).status,
    ];
  };
  const first = async (id: string) => (await service.call(ListCustody, { params: { id } })).body.items[0];
  const [own, orphan] = [await begin(), await begin()];
  expect(await finish(own, other)).toEqual([404, 404, 404]);
  expect((await service.call(AbortUpload, { params: { id: own }, token: other })).status).toBe(404);
  expect(await finish(own, token)).toEqual([200, 200, 201]);
  const again = (by: string) => service.call(CompleteUpload, { params: { id: own }, token: by });
  expect([(await again(other)).status, (await again(token)).status]).toEqual([404, 201]);
  expect((await first(own))?.detail).not.toHaveProperty('completedBy');

  expect(await finish(orphan, service.tokens.admin)).toEqual([200, 200, 201]);
  expect(await first(orphan)).toMatchObject({
    action: 'stored',
    actor: 'Test analyst',
    actorId: service.principals.analyst.subject,
    detail: { completedBy: 'Test admin', completedById: service.principals.admin.subject },
  });
});

test('an upload that the store cannot begin is written down first: it takes no room, and is swept away', async () => {
  const path = `${directory.path}/broken`;
  await mkdir(path);
  await writeFile(join(path, 'incoming'), '');
  const broken = await startTestService(storageService, { env: { ...service.env, EVIDENCE_DIR: path } });
  onTestFinished(() => broken.close({ keepData: true }));
  const { status } = await broken.call(StartUpload, { body: { filename: 'never begun', sizeBytes: 4 } });
  expect(status).toBe(500);
  const rows = () => service.query(`select dropping, upload from storage.uploads where filename = 'never begun'`);
  expect(await rows()).toEqual([{ dropping: true, upload: null }]);
  await rm(join(path, 'incoming'));
  const mended = await startTestService(storageService, { env: { ...service.env, EVIDENCE_DIR: path } });
  onTestFinished(() => mended.close({ keepData: true }));
  expect(await rows()).toEqual([]);
});

test('what is too large is refused at its beginning', async () => {
  const body = { filename: 'disk.img', sizeBytes: MAX_BYTES + 1 };
  const { status, problem } = await service.call(StartUpload, { body });
  expect([status, problem?.code]).toEqual([413, 'storage.object_too_large']);
});

test('a disk without room takes no part', async () => {
  const { id } = await start({ sizeBytes: 4 });
  const full = await startTestService(storageService, {
    env: { ...service.env, EVIDENCE_MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) },
  });
  onTestFinished(() => full.close({ keepData: true }));
  const { status, problem } = await put(id, 1, Buffer.from('room'), full);
  expect([status, problem?.code]).toEqual([503, 'storage.no_space']);
  await put(id, 1, Buffer.from('room'));
  const whole = await full.call(CompleteUpload, { params: { id } });
  expect([whole.status, whole.problem?.code]).toEqual([503, 'storage.no_space']);
  expect((await complete(id)).status).toBe(201);
});

const startOne = () => service.call(StartUpload, { body: { filename: 'a', sizeBytes: 1 } });
const fillWith = async (count: number): Promise<void> => {
  await service.query(`delete from storage.uploads`);
  await service.query(
    `insert into storage.uploads (id, tenant_id, upload, part_bytes, filename, content_type, size_bytes, started_by, started_by_id, started_at, expires_at)
     select gen_random_uuid(), 'default', null, null, 'x', 'x', 1, 'x', 'x', now(), now() + interval '1 day' from generate_series(1, $1)`,
    [count],
  );
};

test('a tenant has so many uploads open and no more; what has expired counts no longer, and is swept away', async () => {
  await fillWith(100);
  const { status, problem } = await startOne();
  expect([status, problem?.code]).toEqual([429, 'storage.too_many_uploads']);
  await service.query(`update storage.uploads set expires_at = now() - interval '1 minute'`);
  expect((await startOne()).status).toBe(201);
  // One whose content cannot be removed does not keep the others.
  await service.query(`
    update storage.uploads set upload = 'no place', part_bytes = 1
    where id = (select id from storage.uploads where filename = 'x' limit 1)`);
  const restarted = await startTestService(storageService, { env: service.env });
  onTestFinished(() => restarted.close({ keepData: true }));
  const left = await service.query(`select dropping from storage.uploads where filename = 'x'`);
  expect(left).toEqual([{ dropping: true }]);
});

test('of many who begin at once, none passes the limit', async () => {
  await fillWith(95);
  const answers = await Promise.all(Array.from({ length: 20 }, startOne));
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([...Array.from({ length: 5 }, () => 201), ...Array.from({ length: 15 }, () => 429)]);
});

test('an upload to which nothing comes is open for a day, one with a part for a week', async () => {
  await fillWith(0);
  const { body } = await startOne();
  const openForH = (expiresAt: string) => (Date.parse(expiresAt) - Date.parse(body.startedAt)) / 3_600_000;
  expect(openForH(body.expiresAt)).toBe(24);
  await put(body.id, 1, Buffer.from('a'));
  const later = (await service.call(GetUpload, { params: { id: body.id } })).body;
  expect(openForH(later.expiresAt)).toBe(7 * 24);
});
