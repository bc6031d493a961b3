import { randomUUID } from 'node:crypto';
import { ListCustody, DownloadObject, StoreObject, VerifyObject } from '@soc/contracts/storage/objects';
import { makeTemporaryDirectory, startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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
  (await service.call(StoreObject, { query: { filename: 'a.bin' }, body: content })).body.id;
const verify = async (id: string) => (await service.call(VerifyObject, { params: { id } })).body.custody;
const download = (id: string, by = service) => by.call(DownloadObject, { params: { id } });

/** As somebody would who owns the database. */
async function tamper(statement: string): Promise<void> {
  const tables = ['custody_entries', 'custody_links'];
  for (const table of tables) await service.query(`alter table storage.${table} disable trigger user`);
  await service.query(statement);
  for (const table of tables) await service.query(`alter table storage.${table} enable trigger user`);
}

test('entries that replicas append at the same time make one chain without gaps, all of it signed', async () => {
  const other = await startTestService(storageService, { env: { ...service.env, INSTANCE_ID: 'storage-other' } });
  onTestFinished(() => other.close({ keepData: true }));
  const id = await store('wanted by many');
  await Promise.all(Array.from({ length: 24 }, (_, index) => download(id, index % 2 === 0 ? service : other)));
  const { items } = (await service.call(ListCustody, { params: { id } })).body;
  expect(items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  expect(await verify(id)).toEqual({ intact: true, entries: 25, signedEntries: 25, finding: null });
});

test('entries from before custody was signed are taken in with the next one', async () => {
  const id = randomUUID();
  await service.query(
    `insert into storage.objects (id, tenant_id, object_key, filename, content_type, size_bytes, sha256, stored_by, stored_at)
     values ($1, 'default', $3, 'a.txt', 'text/plain', 1, $2, 'ann', now())`,
    [id, 'a'.repeat(64), `default/aa/${'a'.repeat(64)}`],
  );
  await service.query(
    `insert into storage.custody_entries values ($1, 1, 'default', 'stored', 'ann', 'ann', '2026-01-01T00:00:00.123Z', '{}'),
       ($1, 2, 'default', 'downloaded', 'bob', 'bob', '2026-01-02T00:00:00Z', '{"a": 1}')`,
    [id],
  );
  expect(await verify(id)).toEqual({ intact: true, entries: 2, signedEntries: 0, finding: null });
  expect(await verify(id)).toEqual({ intact: true, entries: 3, signedEntries: 3, finding: null });
  expect(
    await service.query('select adopted from storage.custody_links where object_id = $1 order by sequence', [id]),
  ).toEqual([true, true, false, false].map((adopted) => ({ adopted })));
});

test.each([
  [
    'changed',
    (id: string) => `update storage.custody_entries set actor = 'me' where object_id = '${id}' and sequence = 2`,
    2,
  ],
  [
    'missing',
    (id: string) => `delete from storage.custody_links where object_id = '${id}' and sequence = 2;
      delete from storage.custody_entries where object_id = '${id}' and sequence = 2`,
    2,
  ],
  [
    'reordered',
    (id: string) =>
      `update storage.custody_entries as entry set action = other.action, at = other.at, detail = other.detail
       from storage.custody_entries as other
       where entry.object_id = '${id}' and other.object_id = '${id}' and entry.sequence in (3, 4) and other.sequence = 7 - entry.sequence`,
    3,
  ],
])('an entry %s in the database is found, and which it is', async (_, statement, record) => {
  const id = await store(`tampered ${record}`);
  await download(id);
  await download(id);
  expect((await verify(id)).intact).toBe(true);
  await tamper(statement(id));
  const { intact, finding } = await verify(id);
  expect([intact, finding]).toEqual([
    false,
    expect.stringMatching(new RegExp(`record ${record} |checkpoint ${record + 1} `)),
  ]);
});

test('an entry that was inserted after the chain had begun is not signed: the access is refused, and verifying tells it', async () => {
  const id = await store('with a false past');
  await download(id);
  await service.query(
    `insert into storage.custody_entries values ($1, 3, 'default', 'verified', 'ann', 'ann', now(), '{}')`,
    [id],
  );
  expect((await download(id)).status).toBe(500);
  const links = await service.query('select from storage.custody_links where object_id = $1', [id]);
  expect(links).toHaveLength(2);
  expect(await verify(id)).toEqual({
    intact: false,
    entries: 3,
    signedEntries: 2,
    finding: 'record 3 was inserted: it is not signed as those before it are',
  });
});

test('links are never changed or removed', async () => {
  await store('links');
  for (const statement of ['update storage.custody_links set adopted = true', 'delete from storage.custody_links']) {
    await expect(service.query(statement)).rejects.toThrow('append-only');
  }
  await expect(service.query('truncate storage.custody_links')).rejects.toThrow('append-only');
});
