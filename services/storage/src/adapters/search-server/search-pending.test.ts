import { uuidv7 } from '@soc/contracts';
import { exampleAlert } from '@soc/fleet/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { alertDocument, type SearchDocument } from '../../domain/search-document.ts';
import { openStorageDatabase, type TestStorageDatabase } from '../../storage-database.fixture.ts';
import { createSearchPending } from './search-pending-repository.ts';

const pending = createSearchPending();
const ALL = { after: '0', last: '9000000000000' };
const LIMIT = { documents: 1_000, bytes: 5 * 1024 ** 2 };
const asLeader = () => Promise.resolve(true);

let database: TestStorageDatabase;
beforeAll(async () => {
  database = await openStorageDatabase();
});
afterAll(() => database.close());
beforeEach(() =>
  database.db.write.query({ text: 'truncate storage.search_documents, storage.search_batches', values: [] }),
);

const alerts = (count: number, title = 'Line one\nline "two" \\ three'): readonly SearchDocument[] =>
  Array.from({ length: count }, (_, index) => alertDocument(exampleAlert({ id: uuidv7(index + 1), title })));
const newer = (document: SearchDocument): SearchDocument => ({ ...document, version: document.version + 1 });
const add = (documents: readonly SearchDocument[]) => pending.add(database.db.write, documents);
const next = (limit: Partial<typeof LIMIT> = {}, after = '0') =>
  pending.next(database.db.write, { ...ALL, after }, { ...LIMIT, ...limit });

test('a page is of whole batches, as many as the limits allow, and of one at least', async () => {
  await add(alerts(501));
  const { batches, documents } = await next();
  expect([batches.length, documents.length]).toEqual([2, 501]);
  expect(JSON.parse(documents[0]?.document ?? '')).toMatchObject({ title: 'Line one\nline "two" \\ three' });
  expect((await next({ documents: 500 })).batches).toEqual(batches.slice(0, 1));
  const small = await next({ bytes: 1 });
  expect([small.batches, small.documents.length]).toEqual([batches.slice(0, 1), 500]);
  expect((await next({ bytes: 1 }, batches[0])).documents).toHaveLength(1);
});

test('a newer version leaves the batch of the older one, which then waits for nothing; an older one changes nothing', async () => {
  const [alert] = alerts(1);
  if (!alert) throw new Error('one was made');
  await add([alert]);
  await add([newer(alert)]);
  await add([alert]);
  const { batches, documents } = await next();
  expect(batches).toHaveLength(3);
  expect(documents).toMatchObject([{ id: alert.id, version: String(alert.version + 1), batch: batches[1] }]);
  await pending.settle(database.db.write, batches);
  expect(await next()).toEqual({ batches: [], documents: [] });
  expect(await pending.backlog(database.db.write)).toEqual({ waiting: 0, oldestS: 0, refused: 0 });
});

test('what is sent again is what was kept, but for what is refused and what is of other kinds', async () => {
  await add(alerts(3));
  const { batches, documents } = await next();
  await pending.settle(database.db.write, batches);
  const refusals = documents.slice(0, 1).map((document) => ({ document, reason: 'mapper_parsing_exception' }));
  await pending.refuse(database.db.write, refusals);
  expect(await pending.resend(database.db.write, ['comment'], asLeader)).toBe(0);
  expect(await pending.resend(database.db.write, ['alert'], asLeader)).toBe(2);
  expect(await pending.resend(database.db.write, ['alert'], asLeader)).toBe(0);
  expect((await next()).documents.map(({ id }) => id).toSorted()).toEqual(
    documents
      .slice(1)
      .map(({ id }) => id)
      .toSorted(),
  );
  expect(await pending.backlog(database.db.write)).toMatchObject({ waiting: 2, refused: 1 });
});
