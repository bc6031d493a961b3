import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { EvidenceStored } from '@soc/contracts';
import { ListCustody, StoreObject } from '@soc/contracts/storage/objects';
import { makeTemporaryDirectory, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';

let service: TestService;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('evidence');
  service = await startTestService(storageService, {
    env: { EVIDENCE_DIR: directory.path, EVIDENCE_MAX_BYTES: '200000' },
  });
});
afterAll(async () => {
  await service.close();
  await directory[Symbol.asyncDispose]();
});

const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(directory.path, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

test('evidence is kept with its hash, its custody begins, and the fleet is told', async () => {
  const content = Buffer.from([0, 255, 13, 10, 128]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const incidentId = randomUUID();
  const { status, body, headers } = await service.call(StoreObject, {
    query: { filename: 'memory.dmp', contentType: 'application/x-dump', incidentId },
    body: content,
    token: service.tokens.analyst,
  });
  expect([status, typeof headers['x-consistency-token']]).toEqual([201, 'string']);
  expect(body).toMatchObject({
    filename: 'memory.dmp',
    contentType: 'application/x-dump',
    sizeBytes: 5,
    sha256,
    incidentId,
    alertId: null,
    storedBy: 'Test analyst',
  });
  const custody = await service.call(ListCustody, { params: { id: body.id } });
  expect(custody.body.items).toMatchObject([
    { sequence: 1, action: 'stored', actor: 'Test analyst', detail: { sha256, sizeBytes: 5 } },
  ]);
  const [event] = await service.published(EvidenceStored, { where: ({ data }) => data.objectId === body.id });
  expect(event.data).toMatchObject({ filename: 'memory.dmp', sha256, sizeBytes: 5, incidentId });
});

test('the same content twice is two pieces of evidence, each with a file of its own', async () => {
  const store = () => service.call(StoreObject, { query: { filename: 'a' }, body: 'the same' });
  const [first, second] = [await store(), await store()];
  expect(first.body.sha256).toBe(second.body.sha256);
  expect(await filesIn('objects')).toEqual(expect.arrayContaining([first.body.id, second.body.id]));
});

test('what does not hash to what was announced is refused, and nothing is left of it', async () => {
  const { body } = await service.call(StoreObject, { query: { filename: 'a' }, body: 'announced' });
  const before = await filesIn('objects');
  for (const hash of ['sha256', 'blake3'] as const) {
    const store = (content: string) =>
      service.call(StoreObject, { query: { filename: 'a', [hash]: body[hash] ?? '' }, body: content });
    expect((await store('announced')).status).toBe(201);
    const { status, problem } = await store('something else');
    expect([status, problem?.code]).toEqual([422, 'storage.wrong_hash']);
  }
  expect(await filesIn('objects')).toHaveLength(before.length + 2);
});

test('a name is a label, whatever path it pretends to be, and the type is told by the request', async () => {
  const { body } = await service.call(StoreObject, {
    query: { filename: '../../../tmp/x' },
    body: 'y',
    headers: { 'content-type': 'Text/Plain; charset=utf-8' },
  });
  expect(body).toMatchObject({ filename: '../../../tmp/x', contentType: 'text/plain' });
});

test('nobody can change or remove what the custody log says', async () => {
  await service.call(StoreObject, { query: { filename: 'a' }, body: 'custody' });
  for (const statement of [
    'update storage.custody_entries set actor = $$me$$',
    'delete from storage.custody_entries',
  ]) {
    await expect(service.query(statement)).rejects.toThrow('append-only');
  }
  await expect(service.query('truncate storage.custody_entries cascade')).rejects.toThrow('append-only');
});

test('what is too large is refused, announced or not, and the sender sees why', async () => {
  const answer = await service.call(StoreObject, { query: { filename: 'a' }, body: Buffer.alloc(200_001) });
  expect([answer.status, answer.problem?.code]).toEqual([413, 'storage.object_too_large']);
  const chunks = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(50_000)),
  });
  const streamed = await fetch(`${service.url}/api/v1/storage/objects?filename=endless`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.tokens.admin}` },
    body: chunks,
    duplex: 'half',
  });
  expect([streamed.status, await streamed.json()]).toMatchObject([413, { code: 'storage.object_too_large' }]);
  expect(await filesIn('incoming')).toEqual([]);
});

test('an upload that is cut off leaves nothing', async () => {
  const before = await filesIn('objects');
  const upload = request(`${service.url}/api/v1/storage/objects?filename=cut`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.tokens.admin}`, 'content-length': '100000' },
  });
  upload.on('error', () => undefined); // we hang up ourselves
  upload.write(Buffer.alloc(50_000));
  await waitFor(async () => (await filesIn('incoming')).length === 1);
  upload.destroy();
  await waitFor(async () => (await filesIn('incoming')).length === 0);
  expect(await filesIn('objects')).toEqual(before);
});

test('a disk without room is a refusal that says so', async () => {
  const full = await startTestService(storageService, {
    env: { EVIDENCE_DIR: directory.path, EVIDENCE_MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) },
  });
  onTestFinished(() => full.close());
  const { status, problem } = await full.call(StoreObject, { query: { filename: 'a' }, body: 'x' });
  expect([status, problem?.code]).toEqual([503, 'storage.no_space']);
});
