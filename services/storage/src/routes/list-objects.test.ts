import { randomUUID } from 'node:crypto';
import { GetObject, ListCustody, ListObjects, StoreObject, VerifyObject } from '@soc/contracts/storage/objects';
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

const store = async (belongsTo: { incidentId?: string; alertId?: string }, body = 'x') =>
  (await service.call(StoreObject, { query: { filename: 'a.bin', ...belongsTo }, body })).body;

test('evidence is listed newest first, page by page, by what it belongs to and by its hash', async () => {
  const incidentId = randomUUID();
  const first = await store({ incidentId });
  const second = await store({ incidentId, alertId: randomUUID() }, 'unlike the other');
  await store({ incidentId: randomUUID() });
  const list = async (query: Record<string, string | number>) =>
    (await service.call(ListObjects, { query, token: service.tokens.viewer })).body;

  const page = await list({ incidentId, limit: 1 });
  expect(page.items).toEqual([second]);
  expect(await list({ incidentId, limit: 1, cursor: page.nextCursor ?? '' })).toEqual({
    items: [first],
    nextCursor: null,
  });
  expect((await list({ alertId: second.alertId ?? '' })).items).toEqual([second]);
  expect((await list({ sha256: second.sha256 })).items).toEqual([second]);
});

test('one object is told by its id', async () => {
  const object = await store({});
  const { status, body } = await service.call(GetObject, { params: { id: object.id } });
  expect([status, body]).toEqual([200, object]);
});

test('another tenant sees neither an object nor its custody', async () => {
  const { id } = await store({});
  const token = service.tokens.otherTenantAdmin;
  expect((await service.call(ListObjects, { token })).body.items).toEqual([]);
  for (const spec of [GetObject, ListCustody]) {
    const { status, problem } = await service.call(spec, { params: { id }, token });
    expect([status, problem?.code]).toEqual([404, 'storage.object_not_found']);
  }
});

test('custody is told page by page, and simultaneous entries are numbered without gaps', async () => {
  const { id } = await store({});
  await Promise.all(Array.from({ length: 5 }, () => service.call(VerifyObject, { params: { id } })));
  const page = (await service.call(ListCustody, { params: { id }, query: { limit: 4 } })).body;
  const rest = await service.call(ListCustody, { params: { id }, query: { limit: 4, cursor: page.nextCursor ?? '' } });
  const all = [...page.items, ...rest.body.items];
  expect(all.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(rest.body.nextCursor).toBeNull();
});

test('a cursor of another list is refused', async () => {
  const { status, problem } = await service.call(ListObjects, { query: { cursor: 'bm9uc2Vuc2U' } });
  expect([status, problem?.errors?.[0]?.path]).toEqual([400, 'query.cursor']);
});
