import { createTestDatabase, type TestDatabase } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDbCluster, type DbCluster, json, rowsFrom, sql } from './index.ts';

let database: TestDatabase;
let db: DbCluster;

beforeAll(async () => {
  database = await createTestDatabase('alert');
  db = createDbCluster({
    primaryUrl: database.url,
    replicaUrls: [],
    applicationName: 'rows',
    registry: createRegistry('alert', 'test'),
    onError: () => undefined,
  });
  await db.write.query(
    sql`create table alert.kept (id int, at timestamptz, score numeric(5, 2), body jsonb, text text)`,
  );
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const columns = { id: 'int', at: 'timestamptz', score: 'numeric(5, 2)', body: 'jsonb', text: 'text' };
const insert = (rows: Parameters<typeof rowsFrom<keyof typeof columns>>[1]) => sql`
  insert into alert.kept (id, at, score, body, text)
  select id, at, score, body, text from ${rowsFrom(columns, rows)} returning id`;

test('rows arrive as they are, whatever their text holds, and what is missing is null', async () => {
  const at = '2026-01-02T03:04:05.678Z';
  const text = `{"a,b",\\ 'null' NULL}\n😀`;
  const rows = [{ id: 1, at, score: 1.25, body: json([{ x: text }]), text }, { id: 2 }, { id: 3, text: '' }];
  expect(await db.write.query(insert(rows))).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  const empty = { at: null, score: null, body: null, text: null };
  expect(await db.write.query(sql`select id, at, score, body, text from alert.kept order by id`)).toEqual([
    { id: 1, at, score: 1.25, body: [{ x: text }], text },
    { ...empty, id: 2 },
    { ...empty, id: 3, text: '' },
  ]);
});

test('the text is the same for any number of rows, none included', async () => {
  expect(insert([{ id: 4 }, { id: 5 }]).text).toBe(insert([]).text);
  expect(await db.write.query(insert([]))).toEqual([]);
});

test('a name or a type that is none is refused', () => {
  expect(() => rowsFrom({ 'id); drop': 'int' }, [])).toThrow('not an SQL identifier');
  expect(() => rowsFrom({ id: 'int) as x; drop' }, [])).toThrow('not an SQL type');
});
