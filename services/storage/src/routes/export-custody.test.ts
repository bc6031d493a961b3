import { createPublicKey, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCustodyFinding, type ExportFiles, readTarIndex, verifyCustodyExport } from '@soc/audit/custody';
import { auditEvents } from '@soc/contracts';
import { ExportCustody, ListCustodyKeys } from '@soc/contracts/storage/custody';
import { QuarantineObject } from '@soc/contracts/storage/object-controls';
import { ListCustody, StoreObject } from '@soc/contracts/storage/objects';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageService } from '../app.ts';

const BY = { deadlineMs: 45_000 };
let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(storageService, {
    env: { EVIDENCE_DIR: directory.path, CUSTODY_EXPORT_MAX_OBJECTS: '2' },
  });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

const asked = { recipient: 'the court', purpose: 'case 7' };
const store = async (content: string, incidentId?: string) =>
  (
    await service.call(StoreObject, {
      query: { filename: 'a.bin', ...(incidentId !== undefined && { incidentId }) },
      body: content,
    })
  ).body;

async function publicKeys() {
  const { items } = (await service.call(ListCustodyKeys, { token: service.tokens.viewer })).body;
  expect(items.map(({ signs }) => signs)).toEqual([true]);
  return items.map(({ publicKey }) => createPublicKey(publicKey));
}

async function filesOf(archive: Buffer): Promise<ExportFiles> {
  const { files, damage } = await readTarIndex(archive.length, (at, length) =>
    Promise.resolve(archive.subarray(at, at + length)),
  );
  expect(damage).toBeUndefined();
  async function* read(at: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(archive.subarray(at, at + sizeBytes));
  }
  return new Map(files.map(({ name, at, sizeBytes }) => [name, { sizeBytes, read: () => read(at, sizeBytes) }]));
}

const verify = async (archive: Buffer) =>
  verifyCustodyExport({ files: await filesOf(archive), publicKeys: await publicKeys() });

test('an export holds contents and custody, verifies with the published key alone, and is an entry itself', async () => {
  const incidentId = randomUUID();
  const objects = [await store('first evidence', incidentId), await store('second evidence', incidentId)];
  const { status, raw, headers } = await service.call(ExportCustody, { body: { ...asked, incidentId } });
  expect([status, headers['content-type']]).toEqual([200, 'application/x-tar']);
  const report = await verify(raw);
  expect(report.findings).toEqual([]);
  expect(report.objects.map(({ id, entries, content }) => [id, entries, content])).toEqual(
    objects.map(({ id }) => [id, 2, 'included']),
  );
  const exportId = String(headers['x-export-id']);
  const custody = await service.call(ListCustody, { params: { id: objects[0]?.id ?? '' } });
  expect(custody.body.items.at(-1)).toMatchObject({
    action: 'exported',
    actor: 'Test admin',
    detail: { exportId, ...asked },
  });
  const audited = auditEvents.get('storage');
  if (!audited) throw new Error('storage records');
  const [event] = await service.published(audited, { where: ({ data }) => data.action === 'custody.export' });
  expect(event.data).toMatchObject({ target: { id: exportId }, details: { objects: 2, ...asked, incidentId } });
});

test('any byte of an export that is changed is found', async () => {
  const { id } = await store('every byte of this counts');
  const { raw } = await service.call(ExportCustody, { body: { ...asked, objectIds: [id] } });
  const files = await filesOf(raw);
  for (const name of ['content', 'entries.ndjson', 'checkpoints.ndjson']) {
    const { sizeBytes = 0, read } = files.get(`objects/${id}/${name}`) ?? {};
    let bytes: Uint8Array | undefined;
    if (read) for await (const chunk of read()) bytes = chunk;
    const at = bytes ? bytes.byteOffset - raw.byteOffset + Math.floor(sizeBytes / 2) : 0;
    const changed = Buffer.from(raw);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    const { findings } = await verify(changed);
    expect(findings.map(describeCustodyFinding)[0]).toContain(`object ${id}: `);
  }
});

test('contents can be left out: then they are named by their hashes', async () => {
  const { id } = await store('too large to carry');
  const { raw } = await service.call(ExportCustody, { body: { ...asked, objectIds: [id], content: 'left_out' } });
  const { findings, objects } = await verify(raw);
  expect([findings, objects[0]?.content]).toEqual([[], 'left_out']);
  expect(raw.includes('too large to carry')).toBe(false);
});

test('a content in quarantine leaves only with who says that they know, and the manifest names it', async () => {
  const incidentId = randomUUID();
  const { id } = await store('beacon', incidentId);
  const harmless = await store('notes', incidentId);
  const reason = 'looks like a beacon';
  await service.call(QuarantineObject, { params: { id }, body: { reason } });
  const attempt = (more: object) => service.call(ExportCustody, { body: { ...asked, incidentId, ...more } });
  const refused = await attempt({});
  expect([refused.status, refused.problem?.code]).toEqual([423, 'storage.quarantined']);
  expect(refused.problem?.detail).toContain(id);
  const entriesOf = async () => (await service.call(ListCustody, { params: { id: harmless.id } })).body.items.length;
  expect(await entriesOf()).toBe(1);

  for (const [more, content] of [
    [{ quarantined: 'acknowledged' }, 'included'],
    [{ content: 'left_out' }, 'left_out'],
  ] as const) {
    const { findings, objects } = await verify((await attempt(more)).raw);
    expect(findings).toEqual([]);
    expect(objects.map((each) => [each.id, each.content, each.quarantineReason])).toEqual([
      [id, content, reason],
      [harmless.id, content, undefined],
    ]);
  }
  const { items } = (await service.call(ListCustody, { params: { id } })).body;
  expect(items.at(-1)).toMatchObject({ action: 'exported', detail: { quarantineReason: reason } });
});

const request = (id: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${service.url}${ExportCustody.url}`, {
    method: 'POST',
    ...(signal && { signal }),
    headers: { authorization: `Bearer ${service.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...asked, objectIds: [id] }),
  });
/** The custody of an object, once it ends with an action. */
const entriesWith = (id: string, action: string) =>
  waitFor(async () => {
    const { items } = (await service.call(ListCustody, { params: { id } })).body;
    return items.at(-1)?.action === action && items;
  }, BY);

test('a content that was changed in the store makes an archive that breaks off', async () => {
  const { id } = await store('as it was');
  await writeFile(join(directory.path, 'objects/default', id.slice(-2), id), 'as it is!');
  const answer = request(id).then((response) => response.arrayBuffer());
  await expect(answer).rejects.toThrow('terminated');
  const items = await entriesWith(id, 'export_broken_off');
  expect(items.map(({ action }) => action)).toEqual(['stored', 'exported', 'export_broken_off']);
  const [, exported, brokenOff] = items;
  expect(brokenOff?.detail).toEqual({ exportId: exported?.detail['exportId'], brokenOff: 'in_archive' });
});

test('an export whose receiver leaves in the middle is said to be broken off', async () => {
  const { id } = await store('x'.repeat(20_000_000));
  const { body } = await request(id);
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect((await entriesWith(id, 'export_broken_off')).at(-1)).toMatchObject({
    actor: 'Test admin',
    detail: { brokenOff: 'in_archive' },
  });
});

test('an export whose receiver leaves before anything was given out is said to be broken off', async () => {
  const { id } = await store('never read');
  const custody = `'storage.custody_entries'::regclass`;
  // Entries wait until the test lets go.
  const held = service.query(`do $$ begin
    lock table storage.custody_entries in share mode;
    while not exists (select from pg_class where relname = 'receiver_left') loop perform pg_sleep(0.02); end loop;
  end $$`);
  const locksOf = (kind: string) => service.query(`select from pg_locks where relation = ${custody} and ${kind}`);
  await waitFor(async () => (await locksOf(`mode = 'ShareLock' and granted`)).length > 0, BY);
  const leaving = new AbortController();
  const answer = request(id, leaving.signal);
  await waitFor(async () => (await locksOf('not granted')).length > 0, BY);
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await service.query('create table storage.receiver_left ()');
  await held;
  expect((await entriesWith(id, 'export_broken_off')).at(-1)).toMatchObject({
    detail: { brokenOff: 'before_archive' },
  });
});

test('an export that is refused when some objects have its entry already is said to be broken off in theirs', async () => {
  const incidentId = randomUUID();
  const [first, second] = [await store('fine', incidentId), await store('broken', incidentId)];
  // As somebody would who writes past the service.
  await service.query(
    `insert into storage.custody_entries values ($1, 2, 'default', 'verified', 'ann', 'ann', now(), '{}')`,
    [second.id],
  );
  expect((await service.call(ExportCustody, { body: { ...asked, incidentId } })).status).toBe(500);
  const { items } = (await service.call(ListCustody, { params: { id: first.id } })).body;
  expect(items.at(-1)).toMatchObject({ action: 'export_broken_off', detail: { brokenOff: 'before_archive' } });
});

test('what is not there, not theirs, gone or too much is refused', async () => {
  const incidentId = randomUUID();
  const { id } = await store('goes away', incidentId);
  const attempt = async (body: object, token = service.tokens.admin) => {
    const { status, problem } = await service.call(ExportCustody, { body: { ...asked, ...body }, token });
    return [status, problem?.code];
  };
  expect(await attempt({ objectIds: [id, randomUUID()] })).toEqual([404, 'storage.object_not_found']);
  expect(await attempt({ objectIds: [id] }, service.tokens.otherTenantAdmin)).toEqual([
    404,
    'storage.object_not_found',
  ]);
  expect(await attempt({ objectIds: [id], incidentId })).toEqual([400, 'request.invalid']);
  for (const more of ['b', 'c']) await store(more, incidentId);
  expect(await attempt({ incidentId })).toEqual([422, 'storage.too_many_objects']);
  await rm(join(directory.path, 'objects/default', id.slice(-2), id));
  expect(await attempt({ objectIds: [id] })).toEqual([410, 'storage.content_gone']);
});
